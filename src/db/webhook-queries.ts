/** Webhooks: what is owed for ends of turns. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { EventType } from '../domain/event.ts'
import type { OwedWebhook } from '../domain/ports.ts'
import type { Database } from './connect.ts'
import { events, turns } from './schema.ts'

/** A step of the statement that ends a turn (as `fence`): the event it ends with is owed to whoever asked for a webhook. */
export function oweWebhook(): SQL {
  return sql`owed as (insert into owed_webhooks (turn_id, seq) select id, version from fence where webhook_url is not null)`
}

/** Takes up to `limit` of them out, each for one caller only. What is done with them belongs in the same transaction. */
export async function takeOwedWebhooks(db: Database, limit: number): Promise<OwedWebhook[]> {
  const rows = await db.execute<{ turn_id: string; seq: number }>(sql`
    delete from owed_webhooks where (turn_id, seq) in (
      select turn_id, seq from owed_webhooks order by turn_id, seq limit ${limit} for update skip locked
    ) returning turn_id, seq`)
  return rows.map(({ turn_id, seq }) => ({ turnId: turn_id, seq }))
}

export interface WebhookFacts {
  tenantId: string
  url: string
  type: EventType
  atMs: number
}

/** What is to be told of, and to whom; null when the turn was deleted since. */
export async function webhookFacts(db: Database, { turnId, seq }: OwedWebhook): Promise<WebhookFacts | null> {
  const rows = await db
    .select({ tenantId: turns.tenantId, url: turns.webhookUrl, type: events.type, atMs: events.atMs })
    .from(turns)
    .innerJoin(events, eq(events.turnId, turns.id))
    .where(and(eq(turns.id, turnId), eq(events.seq, seq)))
  const row = rows[0]
  return row?.url == null ? null : { ...row, url: row.url, type: row.type as EventType }
}
