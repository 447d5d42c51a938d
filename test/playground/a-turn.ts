/** Turns and events as the page is told of them, with only what a test cares about spelled out. */
import type { EventType, Model, Session, Turn, TurnEvent } from '../../src/client/index.ts'

export function aTurn(id: string, more: Partial<Turn> = {}): Turn {
  return {
    id,
    sessionId: 'ses_1',
    parentId: null,
    siblingIds: [],
    index: 0,
    status: 'succeeded',
    version: 1,
    input: { parts: [{ type: 'text', text: `make ${id}` }] },
    image: {},
    policy: {},
    metadata: {},
    models: null,
    strategy: null,
    notBefore: null,
    window: null,
    deadlineAt: null,
    waitingUntil: null,
    waitReason: null,
    output: { parts: [], image: aPicture(`med_of_${id}`) },
    model: 'gemini-3-pro-image',
    modelVersion: null,
    fallback: false,
    degraded: [],
    historyFidelity: 'exact',
    attempts: [],
    usage: null,
    costUsd: 0,
    billed: 'yes',
    error: null,
    queuePosition: 0,
    createdAt: '2026-11-20T12:00:00.000Z',
    startedAt: null,
    endedAt: null,
    ...more,
  }
}

export function aPicture(mediaId: string) {
  return { type: 'image', mediaId, url: `http://h/${mediaId}`, mimeType: 'image/png', width: 4, height: 3, thought: false } as const
}

/** A tree by parents: `{ b: 'a' }` is a turn b whose parent is a. Ids sort by age. */
export function aTree(
  parents: Readonly<Record<string, string | null>>,
  more: Readonly<Record<string, Partial<Turn>>> = {},
): Map<string, Turn> {
  return new Map(Object.entries(parents).map(([id, parentId]) => [id, aTurn(id, { parentId, ...more[id] })]))
}

export function aSession(more: Partial<Session> = {}): Session {
  return {
    id: 'ses_1',
    title: null,
    metadata: {},
    strategy: 'quality',
    models: ['gemini-3-pro-image', 'gemini-2.5-flash-image'],
    image: {},
    systemInstruction: null,
    safetySettings: [],
    history: { mode: 'full' },
    policy: {},
    onConflict: 'reject',
    onDisconnect: 'continue',
    budgetUsd: null,
    expiresAt: null,
    headTurnId: null,
    turnCount: 0,
    costUsd: 0,
    createdAt: '2026-11-20T12:00:00.000Z',
    updatedAt: '2026-11-20T12:00:00.000Z',
    ...more,
  }
}

export function aModel(id: string, more: Partial<Model> = {}): Model {
  return {
    id,
    aliases: [],
    status: 'current',
    successor: null,
    sizes: ['1K'],
    aspectRatios: ['1:1'],
    referenceImagesMax: 3,
    prices: { inputPerMTok: 1, textOutputPerMTok: 1, imageOutputPerMTok: 100, imageTokens: { '1K': 1000 } },
    timeoutMs: {},
    health: { state: 'closed', successRate: null },
    ...more,
  }
}

/** Events in order, a second apart. */
export function events(...bodies: readonly ({ type: EventType } & Record<string, unknown>)[]): TurnEvent[] {
  return bodies.map((body, index) => {
    const at = `2026-11-20T12:00:${String(index).padStart(2, '0')}.000Z`
    return { turnId: 'trn_1', sessionId: 'ses_1', seq: index + 1, at, ...body } as TurnEvent
  })
}
