/** Turns and their ledger, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { Attempt } from '../../domain/attempt.ts'
import type { Turn } from '../../domain/turn.ts'
import { toIso } from '../../runtime/instant.ts'
import type { AttemptResource } from '../contract/attempt.ts'
import type { TurnResource } from '../contract/turn.ts'
import { isoOrNull } from './iso-or-null.ts'
import type { MediaLinks } from './media-links.ts'
import { presentInput, presentOutput } from './present-parts.ts'

export async function presentTurn(turn: Turn, links: MediaLinks): Promise<z.input<typeof TurnResource>> {
  return {
    id: turn.id,
    sessionId: turn.sessionId,
    parentId: turn.parentId,
    siblingIds: [...turn.siblingIds],
    index: turn.index,
    status: turn.status,
    version: turn.version,
    input: { parts: await presentInput(turn.parts, turn.tenantId, links) },
    image: turn.image,
    policy: turn.policy,
    metadata: turn.metadata,
    models: turn.models && [...turn.models],
    strategy: turn.strategy,
    notBefore: isoOrNull(turn.notBeforeMs),
    window: turn.window,
    deadlineAt: isoOrNull(turn.deadlineAtMs),
    waitingUntil: isoOrNull(turn.waitingUntilMs),
    waitReason: turn.waitReason,
    output: await presentOutput(turn.output, turn.tenantId, links),
    model: turn.model,
    modelVersion: turn.modelVersion,
    fallback: turn.fallback,
    degraded: [...turn.degraded],
    historyFidelity: turn.fidelity,
    attempts: turn.attempts.map(presentAttempt),
    usage: turn.usage,
    costUsd: turn.costUsd,
    billed: turn.billed,
    error: turn.error,
    queuePosition: turn.queuePosition,
    createdAt: toIso(turn.createdAtMs),
    startedAt: isoOrNull(turn.startedAtMs),
    endedAt: isoOrNull(turn.endedAtMs),
  }
}

function presentAttempt(attempt: Attempt): z.input<typeof AttemptResource> {
  return {
    n: attempt.n,
    model: attempt.model,
    endpoint: attempt.endpointId,
    image: attempt.image,
    startedAt: toIso(attempt.startedAtMs),
    durationMs: attempt.endedAtMs === null ? null : attempt.endedAtMs - attempt.startedAtMs,
    outcome: attempt.outcome,
    httpStatus: attempt.httpStatus,
    message: attempt.message,
    next: attempt.next,
    waitMs: attempt.waitMs,
    billed: attempt.billed,
    usage: attempt.usage,
    costUsd: attempt.costUsd,
    late: attempt.late,
  }
}
