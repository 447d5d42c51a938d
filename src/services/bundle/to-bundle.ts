/** From rows to what a bundle says of them. Keys are written in the order of the schema, so that equal sessions give equal text. */
import type { ExportedTurn } from '../../db/bundle-queries.ts'
import { type PartRow, toInputPart as toDomainInput } from '../../db/turn-rows.ts'
import type { BundleSession } from '../../domain/bundle/bundle-session.ts'
import type { BundleAttempt, BundlePart, BundleTurn } from '../../domain/bundle/bundle-turn.ts'
import type { Session } from '../../domain/session.ts'
import { type EndedStatus, hasEnded, type TurnStatus } from '../../domain/turn.ts'
import { toIso } from '../../runtime/instant.ts'

/** The place of a turn in the bundle; null for none, or for one that is not in it. */
export type OrdinalOf = (turnId: string | null) => number | null

export function toBundleSession(session: Session, head: number | null): BundleSession {
  return {
    title: session.title,
    metadata: session.metadata,
    strategy: session.strategy,
    models: session.models,
    image: session.image,
    systemInstruction: session.systemInstruction,
    safetySettings: session.safetySettings,
    history: session.history,
    policy: session.policy,
    onConflict: session.onConflict,
    onDisconnect: session.onDisconnect,
    budgetUsd: session.budgetUsd,
    expiresAt: isoOrNull(session.expiresAtMs),
    head,
    createdAt: toIso(session.createdAtMs),
    updatedAt: toIso(session.updatedAtMs),
  }
}

/** Leaves out what means nothing elsewhere: ids, leases, and the webhook, which is an address of whoever asked. */
export function toBundleTurn({ row, input, answers, attempts, imported }: ExportedTurn, ordinalOf: OrdinalOf): BundleTurn {
  return {
    parent: ordinalOf(row.parentId),
    status: endedStatus(row.status),
    input: input.map(toInputPart),
    image: row.image,
    models: row.models,
    strategy: row.strategy,
    policy: row.policy,
    metadata: row.metadata,
    window: row.window,
    notBefore: isoOrNull(row.notBeforeMs),
    deadlineMs: row.deadlineMs,
    deadlineAt: isoOrNull(row.deadlineAtMs),
    outputAttempt: row.outputAttempt,
    model: row.model,
    modelVersion: row.modelVersion,
    fallback: row.fallback,
    degraded: row.degraded,
    historyFidelity: row.fidelity,
    error: row.error,
    createdAt: toIso(row.createdAtMs),
    startedAt: isoOrNull(row.startedAtMs),
    endedAt: isoOrNull(row.endedAtMs),
    answers: [...Map.groupBy(answers, ({ part }) => part.attempt)].map(([attempt, group]) => ({ attempt, parts: group.map(toAnswerPart) })),
    attempts: imported === null ? attempts.map(toBundleAttempt) : [...imported],
  }
}

function toInputPart(row: PartRow): BundleTurn['input'][number] {
  const part = toDomainInput(row)
  return part.type === 'text' ? { type: 'text', text: part.text } : { type: 'image', sha256: part.sha256 }
}

function toAnswerPart({ part: { raw, holes, mintedByApi, mintedByModel } }: PartRow): BundlePart {
  return { raw, holes, mintedBy: { api: mintedByApi ?? '', model: mintedByModel ?? '' } }
}

function toBundleAttempt(row: ExportedTurn['attempts'][number]): BundleAttempt {
  return {
    n: row.n,
    model: row.model,
    endpoint: row.endpointId,
    image: row.image,
    fidelity: row.fidelity,
    degraded: row.degraded,
    fallback: row.fallback,
    request: row.request,
    startedAt: toIso(row.startedAtMs),
    endedAt: toIso(row.endedAtMs ?? row.startedAtMs),
    outcome: row.outcome ?? 'ambiguous',
    httpStatus: row.httpStatus,
    message: row.message,
    facts: { ...row.facts },
    next: row.next,
    waitMs: row.waitMs,
    billed: row.billed as BundleAttempt['billed'],
    usage: row.usage,
    costUsd: row.costUsd,
    modelVersion: row.modelVersion,
    responseId: row.responseId,
    late: row.late,
  }
}

function endedStatus(status: TurnStatus): EndedStatus {
  if (!hasEnded(status)) throw new Error(`a turn that is ${status} has not ended`)
  return status
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms)
}
