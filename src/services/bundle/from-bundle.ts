/** From a bundle to rows of this installation: ids of its own, and nothing that would run, send or be paid again. */
import type { PartRow, SessionRow, TurnRow } from '../../db/import-queries.ts'
import type { Bundle } from '../../domain/bundle/bundle.ts'
import type { BundleTurn } from '../../domain/bundle/bundle-turn.ts'
import { readPart } from '../../domain/bundle/check-part.ts'
import { parseInstant } from '../../runtime/instant.ts'
import { refuse } from './refuse-bundle.ts'

export interface Naming {
  tenantId: string
  sessionId: string
  /** By ordinal. */
  turnIds: readonly string[]
  /** By SHA-256. */
  mediaIds: ReadonlyMap<string, string>
}

/** An expiry that has passed is dropped: what was just imported would be removed again. */
export function toSessionRow({ session }: Bundle, { tenantId, sessionId, turnIds }: Naming, nowMs: number): SessionRow {
  const { head, expiresAt, createdAt, updatedAt, models, safetySettings, ...settings } = session
  const expiresAtMs = msOrNull(expiresAt)
  return {
    ...settings,
    id: sessionId,
    tenantId,
    models: models === null ? null : [...models],
    safetySettings: [...safetySettings],
    headTurnId: head === null ? null : (turnIds[head] ?? null),
    expiresAtMs: expiresAtMs !== null && expiresAtMs > nowMs ? expiresAtMs : null,
    createdAtMs: toMs(createdAt),
    updatedAtMs: toMs(updatedAt),
  }
}

export function toTurnRow(turn: BundleTurn, ordinal: number, depth: number, { tenantId, sessionId, turnIds }: Naming): TurnRow {
  const { parent, models, degraded, historyFidelity, notBefore, deadlineAt, createdAt, startedAt, endedAt, ...same } = turn
  const { input: _input, answers: _answers, attempts: _attempts, ...columns } = same
  return {
    ...columns,
    id: turnIds[ordinal] ?? '',
    tenantId,
    sessionId,
    parentId: parent === null ? null : (turnIds[parent] ?? null),
    depth,
    version: 1,
    models: models === null ? null : [...models],
    degraded: [...degraded],
    fidelity: historyFidelity,
    notBeforeMs: msOrNull(notBefore),
    deadlineAtMs: msOrNull(deadlineAt),
    createdAtMs: toMs(createdAt),
    startedAtMs: msOrNull(startedAt),
    endedAtMs: msOrNull(endedAt),
  }
}

export function toPartRows({ input, answers }: BundleTurn, turnId: string, { mediaIds }: Naming): PartRow[] {
  const given = input.map((part, ordinal): PartRow => {
    const place = { turnId, attempt: 0, ordinal, holes: [] }
    if (part.type === 'text') return { ...place, raw: JSON.stringify({ text: part.text }) }
    return { ...place, raw: '{}', mediaId: mediaIds.get(part.sha256) ?? null }
  })
  const received = answers.flatMap(({ attempt, parts }) =>
    parts.map((part, ordinal): PartRow => {
      const { thought, imageSha256, signatureSha256 } = readPart(part)
      return {
        turnId,
        attempt,
        ordinal,
        raw: part.raw,
        holes: [...part.holes],
        thought,
        mediaId: imageSha256 === null ? null : (mediaIds.get(imageSha256) ?? null),
        signatureSha256,
        mintedByApi: part.mintedBy.api,
        mintedByModel: part.mintedBy.model,
      }
    }),
  )
  return [...given, ...received]
}

/** Depth of each turn from its root, by ordinal; parents come before their children. */
export function depthsOf(turns: readonly BundleTurn[]): number[] {
  const depths: number[] = []
  for (const { parent } of turns) depths.push(parent === null ? 0 : (depths[parent] ?? 0) + 1)
  return depths
}

function msOrNull(time: string | null): number | null {
  return time === null ? null : toMs(time)
}

function toMs(time: string): number {
  const ms = parseInstant(time)
  if (ms === null) throw refuse('', `${time} is not a time`)
  return ms
}
