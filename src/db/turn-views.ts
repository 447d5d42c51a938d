/** Turns as callers see them: the row, its input and output, its ledger and its place in the tree. */
import { and, asc, eq, inArray, or, sql } from 'drizzle-orm'
import type { Attempt } from '../domain/attempt.ts'
import type { Billed } from '../domain/billed.ts'
import type { TokenCount, Usage } from '../domain/model-call.ts'
import type { InputPart, ModelPart } from '../domain/part.ts'
import { hasEnded, type Turn } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { attempts, media, parts, turns } from './schema.ts'
import { type PartRow, toAttempt, toInputPart, toModelPart } from './turn-rows.ts'

type TurnRow = typeof turns.$inferSelect

/** The turns of `ids`, in that order; ids that name no turn are left out. Four statements, however many turns. */
export async function loadTurns(db: Database, ids: readonly string[]): Promise<Turn[]> {
  if (ids.length === 0) return []
  const wanted = [...ids]
  const [rows, partRows, attemptRows, places] = await Promise.all([
    db.select().from(turns).where(inArray(turns.id, wanted)),
    loadParts(db, wanted),
    db.select().from(attempts).where(inArray(attempts.turnId, wanted)).orderBy(asc(attempts.turnId), asc(attempts.n)),
    loadPlaces(db, wanted),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const partsOf = Map.groupBy(partRows, (row) => row.part.turnId)
  const attemptsOf = Map.groupBy(attemptRows, (row) => row.turnId)
  return wanted.flatMap((id) => {
    const row = byId.get(id)
    if (row === undefined) return []
    const ledger = (attemptsOf.get(id) ?? []).map(toAttempt)
    return [toTurn(row, partsOf.get(id) ?? [], ledger, places.get(id) ?? { siblingIds: [], ahead: 0 })]
  })
}

/** Input parts of the turns and, for each, the parts of the attempt that became its output. */
function loadParts(db: Database, ids: string[]): Promise<PartRow[]> {
  return db
    .select({
      part: parts,
      media: { sha256: media.sha256, bytes: media.bytes, mimeType: media.mimeType, width: media.width, height: media.height },
    })
    .from(parts)
    .innerJoin(turns, eq(turns.id, parts.turnId))
    .leftJoin(media, eq(media.id, parts.mediaId))
    .where(and(inArray(parts.turnId, ids), or(eq(parts.attempt, 0), eq(parts.attempt, turns.outputAttempt))))
    .orderBy(asc(parts.turnId), asc(parts.attempt), asc(parts.ordinal))
}

interface Place {
  siblingIds: string[]
  /** Turns of the session that run before it. */
  ahead: number
}

async function loadPlaces(db: Database, ids: string[]): Promise<Map<string, Place>> {
  const list = sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  )
  const rows = await db.execute<{ id: string; siblings: string; ahead: number }>(sql`
    select turn.id,
      (select coalesce(json_agg(sibling.id order by sibling.position), '[]')::text from turns sibling
        where sibling.session_id = turn.session_id and sibling.parent_id is not distinct from turn.parent_id and sibling.id <> turn.id) as siblings,
      (case when turn.status = 'queued' then
        (select count(*) from turns other where other.session_id = turn.session_id
          and (other.status in ('running', 'waiting') or (other.status = 'queued' and other.position < turn.position))) else 0 end)::int as ahead
    from turns turn where turn.id in (${list})`)
  return new Map(rows.map((row) => [row.id, { siblingIds: JSON.parse(row.siblings) as string[], ahead: row.ahead }]))
}

function toTurn(row: TurnRow, partRows: readonly PartRow[], ledger: readonly Attempt[], place: Place): Turn {
  const input: InputPart[] = partRows.filter(({ part }) => part.attempt === 0).map(toInputPart)
  const output: ModelPart[] = partRows.filter(({ part }) => part.attempt > 0).map(toModelPart)
  return {
    id: row.id,
    tenantId: row.tenantId,
    sessionId: row.sessionId,
    parentId: row.parentId,
    siblingIds: place.siblingIds,
    index: row.depth,
    status: row.status,
    version: row.version,
    parts: input,
    image: row.image,
    models: row.models,
    strategy: row.strategy,
    policy: row.policy,
    deadlineMs: row.deadlineMs,
    notBeforeMs: row.notBeforeMs,
    window: row.window,
    webhookUrl: row.webhookUrl,
    metadata: row.metadata,
    deadlineAtMs: row.deadlineAtMs,
    waitingUntilMs: hasEnded(row.status) ? null : row.waitingUntilMs,
    waitReason: hasEnded(row.status) ? null : row.status === 'queued' && place.ahead > 0 ? 'queue' : row.waitReason,
    output,
    model: row.model,
    modelVersion: row.modelVersion,
    fallback: row.fallback,
    degraded: row.degraded,
    fidelity: row.fidelity,
    attempts: ledger,
    usage: addUsage(ledger),
    costUsd: Math.round(ledger.reduce((sum, attempt) => sum + attempt.costUsd, 0) * 1e6) / 1e6,
    billed: worstBilled(ledger),
    error: row.error,
    queuePosition: place.ahead,
    createdAtMs: row.createdAtMs,
    startedAtMs: row.startedAtMs,
    endedAtMs: row.endedAtMs,
  }
}

/** `yes` if any attempt was, else `maybe` if any may have been. */
function worstBilled(ledger: readonly Attempt[]): Billed {
  if (ledger.some((attempt) => attempt.billed === 'yes')) return 'yes'
  return ledger.some((attempt) => attempt.billed === 'maybe') ? 'maybe' : 'no'
}

/** Tokens of all attempts that reported any; null when none did. */
function addUsage(ledger: readonly Attempt[]): Usage | null {
  const reported = ledger.flatMap(({ usage }) => (usage === null ? [] : [usage]))
  if (reported.length === 0) return null
  const total = (pick: (usage: Usage) => number | null): number | null =>
    reported.reduce<number | null>((sum, usage) => (pick(usage) === null ? sum : (sum ?? 0) + (pick(usage) ?? 0)), null)
  return {
    promptTokens: total((usage) => usage.promptTokens),
    outputTokens: total((usage) => usage.outputTokens),
    thoughtTokens: total((usage) => usage.thoughtTokens),
    totalTokens: total((usage) => usage.totalTokens),
    promptByModality: addCounts(reported.flatMap((usage) => usage.promptByModality)),
    outputByModality: addCounts(reported.flatMap((usage) => usage.outputByModality)),
  }
}

function addCounts(counts: readonly TokenCount[]): TokenCount[] {
  return [...Map.groupBy(counts, ({ modality }) => modality)].map(([modality, same]) => ({
    modality,
    tokens: same.reduce((sum, { tokens }) => sum + tokens, 0),
  }))
}
