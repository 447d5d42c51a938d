/** How rows of the ledger become counts, in SQL: for those being rolled up and for those not yet, so that both count alike. */
import { type SQL, sql } from 'drizzle-orm'
import { bucketOf } from './latency.ts'

export const MINUTE_MS = 60_000
export const TEN_MINUTES_MS = 600_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
/** The one span that holds everything since the beginning. */
export const ALL_TIME = 0
/** Stands for the tenant where all of them are added up. */
export const ALL_TENANTS = ''

const minute = sql`a.ended_at_ms / ${MINUTE_MS}::bigint * ${MINUTE_MS}::bigint`

/**
 * How attempts that ended fared: `owner, from_ms, endpoint_id, model, name, n` by minute, some names more than once. `rows` names a
 * step of the statement that holds rows of `attempts`; `owner` is whose counts they are, an expression over `a`. Rows that count
 * alike are added up before they are spelt out: fifteen names for each row took twice as long.
 */
export function attemptEntries(rows: SQL, owner: SQL = sql`a.tenant_id`): SQL {
  return sql`select owner, from_ms, endpoint_id, model, entry.name, entry.n
    from (
      select ${owner} as owner, ${minute} as from_ms, endpoint_id, model, outcome, cause, http_status, next, billed, late, fallback,
        count(*) as attempts, sum(cost_usd) as cost, sum(wait_ms)::bigint as wait_ms, sum(estimated_usd) as estimated
      from ${rows} a group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ) alike cross join lateral (
      values ('attempts', attempts), ('cost', (cost * 1000000)::bigint), ('outcome/' || outcome, attempts),
        ('cause/' || outcome || '/' || cause, attempts), ('status/' || coalesce(http_status::text, 'none'), attempts),
        ('next/' || next, attempts), ('billed/' || billed, attempts), (case when late then 'late' end, attempts),
        (case when outcome = 'succeeded' and fallback then 'fallbacks' end, attempts),
        (case when billed = 'maybe' then 'maybeMicros' end, (estimated * 1000000)::bigint), ('waitMs', wait_ms)
    ) as entry(name, n) where entry.name is not null and entry.n <> 0
    union all
    select ${owner}, ${minute}, endpoint_id, model, 'ms/' || ${bucketOf(sql`ended_at_ms - started_at_ms`)}, count(*)
    from ${rows} a where outcome = 'succeeded' group by 1, 2, 3, 4, 5`
}

/** What they used of tokens: apart, since a third of the time goes into reading these. */
export function tokenEntries(rows: SQL, owner: SQL = sql`a.tenant_id`): SQL {
  return sql`select owner, from_ms, endpoint_id, model, entry.name, entry.n
    from (
      select ${owner} as owner, ${minute} as from_ms, endpoint_id, model, ${sumOf(sql`usage->>'promptTokens'`)} as prompt,
        ${sumOf(sql`usage->>'outputTokens'`)} as output, ${sumOf(sql`usage->>'thoughtTokens'`)} as thought
      from ${rows} a group by 1, 2, 3, 4
    ) used cross join lateral (
      values ('tokens/prompt', prompt), ('tokens/output', output), ('tokens/thought', thought)
    ) as entry(name, n) where entry.n <> 0
    union all ${modalityEntries(rows, owner, 'prompt')} union all ${modalityEntries(rows, owner, 'output')}`
}

function modalityEntries(rows: SQL, owner: SQL, side: 'prompt' | 'output'): SQL {
  return sql`select ${owner}, ${minute}, endpoint_id, model, ${`${side}/`}::text || (t->>'modality'), ${sumOf(sql`t->>'tokens'`)}
    from ${rows} a cross join lateral jsonb_array_elements(usage->${`${side}ByModality`}::text) t group by 1, 2, 3, 4, 5`
}

/** The same of turns that have ended (rows of `turns`, here `a`), under the model and endpoint they asked last. */
export function turnEntries(rows: SQL, owner: SQL = sql`a.tenant_id`): SQL {
  return sql`select ${owner}, ${minute}, coalesce(last.endpoint_id, ''), coalesce(last.model, ''), 'turn/' || a.status, count(*)
    from ${rows} a left join lateral (
      select endpoint_id, model from attempts where attempts.turn_id = a.id order by n desc limit 1
    ) last on true group by 1, 2, 3, 4, 5`
}

/** What is left to select of entries, grouped by all but `name` and with no name twice: the money apart, the rest in one bag. */
export function bag(): SQL {
  return sql`coalesce(sum(n) filter (where name = 'cost'), 0)::bigint as cost_micros,
    coalesce(jsonb_object_agg(name, n) filter (where name <> 'cost'), '{}') as counts`
}

/** Entries with each name once for each owner, minute, endpoint and model. */
export function summed(entries: SQL): SQL {
  return sql`select owner, from_ms, endpoint_id, model, name, sum(n)::bigint as n from (${entries}) entries group by 1, 2, 3, 4, 5`
}

function sumOf(tokens: SQL): SQL {
  return sql`round(sum((${tokens})::numeric))::bigint`
}
