/** How rows of the ledger become counts, in SQL: for those being rolled up and for those not yet, so that both count alike. */
import { type SQL, sql } from 'drizzle-orm'
import { bucketOf } from './latency.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
/** The one span that holds everything since the beginning. */
export const ALL_TIME = 0
/** Stands for the tenant where all of them are added up. */
export const ALL_TENANTS = ''

/**
 * Counts of attempts that have ended (rows of `attempts` as `a`), one row an entry: `owner, at_ms, endpoint_id, model, name, n`.
 * `owner` is whose counts they are: an expression over `a`.
 */
export function attemptEntries(rows: SQL, owner: SQL = sql`a.tenant_id`): SQL {
  return sql`select ${owner} as owner, a.ended_at_ms as at_ms, a.endpoint_id, a.model, entry.name, entry.n
    from ${rows} a cross join lateral (
      values ('attempts', 1::bigint), ('cost', (a.cost_usd * 1000000)::bigint),
        ('outcome/' || a.outcome, 1), ('cause/' || a.outcome || '/' || a.cause, 1), ('status/' || coalesce(a.http_status::text, 'none'), 1),
        ('next/' || a.next, 1), ('billed/' || a.billed, 1), (case when a.late then 'late' end, 1),
        (case when a.outcome = 'succeeded' and a.fallback then 'fallbacks' end, 1),
        (case when a.billed = 'maybe' then 'maybeMicros' end, (a.estimated_usd * 1000000)::bigint),
        ('waitMs', a.wait_ms),
        (case when a.outcome = 'succeeded' then 'latency/' || ${bucketOf(sql`a.ended_at_ms - a.started_at_ms`)} end, 1),
        ('tokens/prompt', ${tokens(sql`a.usage->>'promptTokens'`)}), ('tokens/output', ${tokens(sql`a.usage->>'outputTokens'`)}),
        ('tokens/thought', ${tokens(sql`a.usage->>'thoughtTokens'`)})
      union all select 'prompt/' || (t->>'modality'), ${tokens(sql`t->>'tokens'`)} from jsonb_array_elements(a.usage->'promptByModality') t
      union all select 'output/' || (t->>'modality'), ${tokens(sql`t->>'tokens'`)} from jsonb_array_elements(a.usage->'outputByModality') t
    ) as entry(name, n) where entry.name is not null and entry.n <> 0`
}

/** The same of turns that have ended (rows of `turns` as `t`), under the model and endpoint they asked last. */
export function turnEntries(rows: SQL, owner: SQL = sql`t.tenant_id`): SQL {
  return sql`select ${owner} as owner, t.ended_at_ms as at_ms, coalesce(last.endpoint_id, '') as endpoint_id, coalesce(last.model, '') as model,
      'turn/' || t.status as name, 1::bigint as n
    from ${rows} t left join lateral (
      select endpoint_id, model from attempts where attempts.turn_id = t.id order by n desc limit 1
    ) last on true`
}

/** Entries added up by name within spans of `spanMs`: `owner, from_ms, endpoint_id, model, name, n`. */
export function summed(entries: SQL, spanMs: number): SQL {
  return sql`select owner, at_ms / ${spanMs}::bigint * ${spanMs}::bigint as from_ms, endpoint_id, model, name, sum(n)::bigint as n
    from (${entries}) entries group by 1, 2, 3, 4, 5`
}

/** What is left to select of such sums, grouped by all but `name`: the money apart, the rest in one bag. */
export function bag(): SQL {
  return sql`coalesce(sum(n) filter (where name = 'cost'), 0)::bigint as cost_micros,
    coalesce(jsonb_object_agg(name, n) filter (where name <> 'cost'), '{}') as counts`
}

function tokens(text: SQL): SQL {
  return sql`round((${text})::numeric)::bigint`
}
