/** Turns as callers see them: the row, its input and output, its ledger and its place in the tree. */
import { eq, inArray, sql } from 'drizzle-orm'
import type { Attempt } from '../domain/attempt.ts'
import type { Billed } from '../domain/billed.ts'
import type { TokenCount, Usage } from '../domain/model-call.ts'
import type { InputPart, ModelPart } from '../domain/part.ts'
import type { SessionSettings } from '../domain/session.ts'
import { hasEnded, type Turn } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { prepared } from './prepared.ts'
import { sessions, turns } from './schema.ts'
import { type AttemptJson, type PartRow, readAttempt, toInputPart, toModelPart } from './turn-rows.ts'

type TurnRow = typeof turns.$inferSelect

/** Its input, and the parts of the attempt that became its output. */
const parts = sql<string>`(
  select coalesce(json_agg(json_build_object(
    'part', json_build_object('turnId', part.turn_id, 'attempt', part.attempt, 'ordinal', part.ordinal, 'raw', part.raw, 'holes', part.holes,
      'thought', part.thought, 'mediaId', part.media_id, 'signatureSha256', part.signature_sha256,
      'mintedByApi', part.minted_by_api, 'mintedByModel', part.minted_by_model),
    'media', case when media.id is not null then json_build_object('sha256', media.sha256, 'bytes', media.bytes,
      'mimeType', media.mime_type, 'width', media.width, 'height', media.height) end
  ) order by part.attempt, part.ordinal), '[]')::text
  from parts part left join media on media.id = part.media_id
  where part.turn_id = "turns"."id" and part.attempt in (0, "turns"."output_attempt"))`

const attempts = sql<string>`(
  select coalesce(json_agg(json_build_object('n', n, 'model', attempt.model, 'endpointId', endpoint_id, 'image', attempt.image,
    'startedAtMs', attempt.started_at_ms, 'endedAtMs', attempt.ended_at_ms, 'outcome', outcome, 'httpStatus', http_status, 'message', message,
    'facts', facts, 'next', next, 'waitMs', wait_ms, 'billed', billed, 'usage', usage, 'costUsd', cost_usd,
    'modelVersion', attempt.model_version, 'fidelity', attempt.fidelity, 'late', late) order by n), '[]')::text
  from attempts attempt where attempt.turn_id = "turns"."id")`

const siblingIds = sql<string>`(
  select coalesce(json_agg(sibling.id order by sibling.position), '[]')::text from turns sibling
  where sibling.session_id = "turns"."session_id" and sibling.parent_id is not distinct from "turns"."parent_id" and sibling.id <> "turns"."id")`

/** Turns of the session that run before it. */
const ahead = sql<number>`(case when "turns"."status" = 'queued' then (
  select count(*) from turns other where other.session_id = "turns"."session_id"
    and (other.status in ('running', 'waiting') or (other.status = 'queued' and other.position < "turns"."position"))) else 0 end)::int`

const columns = { row: turns, parts, attempts, siblingIds, ahead }

/**
 * The turns of `ids`, in that order; ids that name no turn are left out. One statement, however many turns: read by several,
 * a turn that ends in between would be seen to have succeeded and to have no output.
 */
export async function loadTurns(db: Database, ids: readonly string[]): Promise<Turn[]> {
  if (ids.length === 0) return []
  const rows =
    ids.length === 1
      ? await oneTurn(db).execute({ id: ids[0] })
      : await db
          .select(columns)
          .from(turns)
          .where(inArray(turns.id, [...ids]))
  const byId = new Map(rows.map((found) => [found.row.id, found]))
  return ids.flatMap((id) => {
    const found = byId.get(id)
    return found === undefined ? [] : [fromRow(found)]
  })
}

const oneTurn = prepared((db: Database) =>
  db
    .select(columns)
    .from(turns)
    .where(eq(turns.id, sql.placeholder('id')))
    .prepare('one_turn'),
)

/** Whether a budget of its session or tenant governs the turn. */
const budgeted = sql<boolean>`("sessions"."budget_usd" is not null
  or (select tenants.budget_usd is not null from tenants where tenants.id = "turns"."tenant_id"))`

export interface TurnInSession {
  turn: Turn
  session: SessionSettings
  budgeted: boolean
  /** It will build on whatever the head is when it starts. */
  parentIsHead: boolean
}

/** A turn and what its session says of all its turns; null when it is gone. */
export async function loadTurnWithSession(db: Database, id: string): Promise<TurnInSession | null> {
  const [found] = await turnInSession(db).execute({ id })
  return found === undefined
    ? null
    : { turn: fromRow(found), session: found.session, budgeted: found.budgeted, parentIsHead: found.row.parentIsHead }
}

const turnInSession = prepared((db: Database) =>
  db
    .select({ ...columns, session: sessions, budgeted })
    .from(turns)
    .innerJoin(sessions, eq(sessions.id, turns.sessionId))
    .where(eq(turns.id, sql.placeholder('id')))
    .prepare('turn_in_session'),
)

interface FoundTurn {
  row: TurnRow
  parts: string
  attempts: string
  siblingIds: string
  ahead: number
}

function fromRow(found: FoundTurn): Turn {
  const ledger = (JSON.parse(found.attempts) as AttemptJson[]).map(readAttempt)
  const place = { siblingIds: JSON.parse(found.siblingIds) as string[], ahead: found.ahead }
  return toTurn(found.row, JSON.parse(found.parts) as PartRow[], ledger, place)
}

interface Place {
  siblingIds: string[]
  ahead: number
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
