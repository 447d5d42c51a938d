import type { Database } from '../db/connect.ts'
import { traceParentOf } from '../db/trace-queries.ts'
import { loadTurns } from '../db/turn-views.ts'
import type { Attempt } from '../domain/attempt.ts'
import { describeError } from '../domain/describe-error.ts'
import type { Tracer } from '../domain/ports.ts'
import { parseTraceParent, type Span, spanIdOf } from '../domain/trace.ts'
import type { Turn } from '../domain/turn.ts'
import type { Installation } from './context.ts'

/**
 * Records the spans of a turn that has ended, and of its attempts, from its rows. Does nothing where nobody traces or the turn was
 * not sampled, and never throws: the turn is done, whatever becomes of its trace.
 */
export async function traceTurn({ db, tracer, logger }: Installation, turnId: string): Promise<void> {
  if (tracer === null) return
  await record(db, tracer, turnId).catch((error: unknown) =>
    logger.warn('traces.turn_failed', { turn: turnId, error: describeError(error) }),
  )
}

async function record(db: Database, tracer: Tracer, turnId: string): Promise<void> {
  const parent = parseTraceParent((await traceParentOf(db, turnId)) ?? undefined)
  if (parent === null) return
  const [turn] = await loadTurns(db, [turnId])
  if (turn === undefined) return
  tracer.record({ ...spanOfTurn(turn), traceId: parent.traceId, parentSpanId: parent.spanId })
  for (const attempt of turn.attempts) {
    if (attempt.endedAtMs !== null) tracer.record({ ...spanOfAttempt(turn, attempt, attempt.endedAtMs), traceId: parent.traceId })
  }
}

function spanOfTurn(turn: Turn): Omit<Span, 'traceId' | 'parentSpanId'> {
  return {
    name: 'turn',
    kind: 'internal',
    spanId: spanIdOf(turn.id, 0),
    startedAtMs: turn.createdAtMs,
    endedAtMs: turn.endedAtMs ?? turn.createdAtMs,
    failed: turn.status !== 'succeeded',
    attributes: {
      ...{ 'pentimento.turn': turn.id, 'pentimento.session': turn.sessionId, 'pentimento.tenant': turn.tenantId },
      ...{ 'pentimento.status': turn.status, 'pentimento.attempts': turn.attempts.length, 'pentimento.cost_usd': turn.costUsd },
      ...(turn.model === null ? {} : { 'gen_ai.response.model': turn.model }),
    },
  }
}

function spanOfAttempt(turn: Turn, attempt: Attempt, endedAtMs: number): Omit<Span, 'traceId'> {
  const { n, model, endpointId, startedAtMs, outcome, httpStatus, next, waitMs, usage } = attempt
  return {
    name: `attempt ${model}`,
    kind: 'client',
    spanId: spanIdOf(turn.id, n),
    parentSpanId: spanIdOf(turn.id, 0),
    startedAtMs,
    endedAtMs,
    failed: outcome !== 'succeeded',
    attributes: {
      ...{ 'gen_ai.request.model': model, 'pentimento.endpoint': endpointId, 'pentimento.attempt': n, 'pentimento.wait_ms': waitMs },
      ...(outcome === null ? {} : { 'pentimento.outcome': outcome }),
      ...(next === null ? {} : { 'pentimento.next': next }),
      ...(httpStatus === null ? {} : { 'http.response.status_code': httpStatus }),
      ...(usage?.promptTokens == null ? {} : { 'gen_ai.usage.input_tokens': usage.promptTokens }),
      ...(usage?.outputTokens == null ? {} : { 'gen_ai.usage.output_tokens': usage.outputTokens }),
    },
  }
}
