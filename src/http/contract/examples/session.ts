/** Sessions, as examples. */
import { BEGAN_AT, ENDED_AT, FIRST_MODEL, SECOND_MODEL, SESSION, TURN } from './ids.ts'

export const NEW_SESSION = { title: 'The house by the sea', strategy: 'quality', image: { aspectRatio: '4:3', size: '2K' }, budgetUsd: 5 }

export const SESSION_CHANGES = { title: 'The house in autumn', headTurnId: TURN }

export const SESSION_SHOWN = {
  id: SESSION,
  title: 'The house by the sea',
  metadata: { project: 'spring' },
  strategy: 'quality',
  models: [FIRST_MODEL, SECOND_MODEL],
  image: { aspectRatio: '4:3', size: '2K' },
  systemInstruction: null,
  safetySettings: [],
  history: { mode: 'full' },
  policy: {},
  onConflict: 'reject',
  onDisconnect: 'continue',
  budgetUsd: 5,
  expiresAt: null,
  headTurnId: TURN,
  turnCount: 1,
  costUsd: 0.137,
  createdAt: BEGAN_AT,
  updatedAt: ENDED_AT,
}

export const DELETED_SESSION = { turns: 1, media: 2, bytes: 1_934_208, upstreamFiles: 1 }

export const FORK = { turnId: TURN }

export const NEW_TOKEN = { expiresInMs: 3_600_000 }

export const TOKEN = { token: 'pst_eyJ0IjoiYWNtZSJ9.c2lnbmVk', expiresAt: '2026-11-20T12:46:03.120Z' }

const { id: _id, headTurnId: _head, turnCount: _count, costUsd: _cost, ...SETTINGS } = SESSION_SHOWN

/** A session without turns: what more there may be, docs/bundle.md tells. */
export const BUNDLE = {
  format: 'pentimento.bundle',
  version: 1,
  session: { ...SETTINGS, head: null },
  turns: [],
  media: [],
  signatures: [],
}
