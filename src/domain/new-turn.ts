import type { Turn, TurnRequest } from './turn.ts'

/** Where a turn stands in its session's tree. */
export type TurnPlace = Pick<Turn, 'id' | 'tenantId' | 'sessionId' | 'parentId' | 'siblingIds' | 'index' | 'createdAtMs'>

/** A turn of which nothing has happened yet but its first event. */
export function newTurn(request: TurnRequest, status: 'queued' | 'running', place: TurnPlace): Turn {
  return {
    ...request,
    ...place,
    status,
    version: 1,
    deadlineAtMs: null,
    waitingUntilMs: null,
    waitReason: null,
    output: [],
    model: null,
    modelVersion: null,
    fallback: false,
    degraded: [],
    fidelity: null,
    attempts: [],
    usage: null,
    costUsd: 0,
    billed: 'no',
    error: null,
    queuePosition: 0,
    startedAtMs: null,
    endedAtMs: null,
  }
}
