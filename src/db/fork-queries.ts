/** Copies of turns for a forked session: what was said and drawn, by reference to the same media and signatures; not what it cost. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

export interface TurnCopy {
  from: string
  to: string
  /** Of the copy; null for the root. */
  parent: string | null
}

/** In one statement; the copies stand in their session in the order of `copies`. */
export async function copyTurns(db: Database, sessionId: string, copies: readonly TurnCopy[], nowMs: number): Promise<void> {
  const plan = JSON.stringify(copies.map((copy, index) => ({ ...copy, n: index })))
  await db.execute(sql`
    with plan as (
      select * from json_to_recordset(${plan}::json) as plan("from" text, "to" text, parent text, n int)
    ), copied as (
      insert into turns (id, tenant_id, session_id, parent_id, depth, status, version, image, models, strategy, policy, metadata, "window",
        output_attempt, model, model_version, fallback, degraded, fidelity, created_at_ms, started_at_ms, ended_at_ms)
      select plan."to", tenant_id, ${sessionId}, plan.parent, depth, status, 1, image, models, strategy, policy, metadata, "window",
        output_attempt, model, model_version, fallback, degraded, fidelity, created_at_ms, started_at_ms, ended_at_ms
      from plan join turns original on original.id = plan."from" order by plan.n
      returning id, tenant_id
    ), told as (
      insert into events (turn_id, seq, session_id, tenant_id, type, data, at_ms)
      select id, 1, ${sessionId}, tenant_id, 'turn.succeeded', '{"forked":true}', ${nowMs} from copied
    )
    insert into parts (turn_id, attempt, ordinal, raw, holes, thought, media_id, signature_sha256, minted_by_api, minted_by_model)
    select plan."to", part.attempt, part.ordinal, part.raw, part.holes, part.thought, part.media_id, part.signature_sha256,
      part.minted_by_api, part.minted_by_model
    from plan join turns original on original.id = plan."from"
      join parts part on part.turn_id = original.id and part.attempt in (0, original.output_attempt)`)
}
