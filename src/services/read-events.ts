import { eventsOfMany, eventsOfTurn, positionBefore } from '../db/event-queries.ts'
import type { TurnEvent } from '../domain/event.ts'
import { hasEnded } from '../domain/turn.ts'
import type { ServiceContext } from './context.ts'
import { reachSession, reachTurn } from './scope.ts'

/** Longest time between two looks, should a ring be lost. */
const LOOK_EVERY_MS = 1_000

type Reader<Input> = (call: { ctx: ServiceContext; input: Input & { signal: AbortSignal } }) => AsyncIterable<TurnEvent>

/** A turn's events after `afterSeq`, as they come; ends with the turn. Throws `not_found` at the first step. */
export const readTurnEvents: Reader<{ turnId: string; afterSeq: number }> = async function* ({ ctx, input }) {
  const { turnId, signal } = input
  await reachTurn(ctx, turnId)
  let seq = input.afterSeq
  for await (const batch of batches(ctx, turnId, signal, () => eventsOfTurn(ctx.db, turnId, seq))) {
    for (const event of batch) {
      seq = event.seq
      yield event
    }
    if (batch.length > 0) continue
    const turn = await reachTurn(ctx, turnId)
    if (hasEnded(turn.status) && turn.version <= seq) return
  }
}

/** Events of all turns of a session after `afterPosition`, as they come, until the signal aborts. */
export const readSessionEvents: Reader<{ sessionId: string; afterPosition: number }> = async function* ({ ctx, input }) {
  const { id: sessionId } = await reachSession(ctx, input.sessionId)
  yield* across(ctx, { sessionId }, sessionId, input)
}

/**
 * Events of all turns of the caller's tenant after `afterPosition`, as they come, until the signal aborts. Without a position they
 * begin with the first, or at `sinceMs`.
 */
export const readTenantEvents: Reader<{ afterPosition: number | null; sinceMs: number | null }> = async function* ({ ctx, input }) {
  const { tenantId } = ctx.principal
  const { sinceMs, signal } = input
  const afterPosition = input.afterPosition ?? (sinceMs === null ? 0 : await positionBefore(ctx.db, tenantId, sinceMs))
  yield* across(ctx, { tenantId }, tenantId, { afterPosition, signal })
}

async function* across(
  ctx: ServiceContext,
  scope: { sessionId: string } | { tenantId: string },
  topic: string,
  from: { afterPosition: number; signal: AbortSignal },
): AsyncIterable<TurnEvent> {
  let position = from.afterPosition
  for await (const batch of batches(ctx, topic, from.signal, () => eventsOfMany(ctx.db, scope, position, ctx.clock.nowMs()))) {
    for (const event of batch) {
      position = event.position
      yield event
    }
  }
}

/** What there is, then what comes: after an empty batch it waits for the bell, which it begins to hear before it looks. */
async function* batches(
  ctx: ServiceContext,
  topic: string,
  signal: AbortSignal,
  look: () => Promise<TurnEvent[]>,
): AsyncIterable<TurnEvent[]> {
  while (!signal.aborted) {
    const heard = new AbortController()
    const rung = ctx.bell.rung(topic, LOOK_EVERY_MS, AbortSignal.any([signal, heard.signal]))
    const batch = await look()
    yield batch
    if (batch.length === 0) await rung
    heard.abort()
  }
}
