/** Stats on the wire. */
import { z } from '@hono/zod-openapi'
import { STRATEGIES } from '../../domain/session.ts'
import { WINDOWS } from '../../monitoring/windows.ts'
import { STATS } from './examples/figures.ts'
import { CostUsd, Timestamp } from './scalars.ts'

export const StatsQuery = z.strictObject({
  window: z.enum(WINDOWS).default('5m').openapi({ description: 'It ends now, and begins at a full minute' }),
  series: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .openapi({ type: 'string', description: 'Also tell how it went over time, by the minute; a day by tens of minutes' }),
})

const counts = z.record(z.string(), z.int())
const share = z.number().nullable()
const ms = z.number().nullable()
const limit = z.number().optional()

const figures = {
  requests: z.int().openapi({ description: 'Turns that ended; of one model: those that asked it last' }),
  turns: counts.openapi({ description: 'The same by the status they ended with', example: { succeeded: 40, failed: 1 } }),
  attempts: z.int().openapi({ description: 'Attempts that ended. All that follows is of attempts' }),
  succeeded: z.int(),
  failed: z.int(),
  successRate: share.openapi({ description: 'Succeeded of all attempts, 0 to 1; null: there were none' }),
  latencyMs: z
    .strictObject({ p50: ms, p95: ms, p99: ms })
    .openapi({ description: 'Of attempts that succeeded, to the last byte; within 2 %' }),
  byHttpStatus: counts.openapi({ description: '`none`: no answer came', example: { 200: 41, 503: 6, none: 1 } }),
  byOutcome: counts.openapi({ example: { succeeded: 41, overloaded: 6, ambiguous: 1 } }),
  fallbacks: z.int().openapi({ description: 'Answers of a model that the chain does not begin with' }),
  fallbackRate: share.openapi({ description: 'Their share of all answers' }),
  retriesPerSuccess: z.number().nullable(),
  costUsd: CostUsd,
}

const breaker = z
  .enum(['closed', 'half_open', 'probing', 'open'])
  .nullable()
  .openapi({ description: '`closed` is healthy; null: the endpoint is no longer configured' })

export const StatsSeries = z
  .strictObject({
    stepMs: z.int(),
    points: z.array(
      z.strictObject({
        from: Timestamp.openapi({ description: 'Until `stepMs` later; the first may begin before the window' }),
        requests: figures.requests,
        attempts: figures.attempts,
        succeeded: figures.succeeded,
        failed: figures.failed,
        successRate: figures.successRate,
        latencyMs: figures.latencyMs,
        byOutcome: figures.byOutcome,
        fallbacks: figures.fallbacks,
        costUsd: figures.costUsd,
      }),
    ),
  })
  .openapi('StatsSeries', { description: 'The window over time, without gaps; the points add up to it' })

export const StatsResource = z
  .strictObject({
    window: z.enum(WINDOWS),
    since: Timestamp,
    ...figures,
    queue: z.strictObject({ depth: z.int(), oldestMs: z.number() }).openapi({ description: 'Turns that wait, but for those told to wait' }),
    degradedMode: z.boolean().openapi({ description: 'Some strategy starts on a fallback, since the breaker of its first model is open' }),
    degradedStrategies: z.array(z.enum(STRATEGIES)),
    quotas: z.array(
      z.strictObject({
        project: z.string(),
        model: z.string(),
        limits: z.strictObject({ rpm: limit, ipm: limit, tpm: limit, rpd: limit }),
        requestsToday: z.int(),
        state: z.enum(['free', 'minute', 'day']).openapi({ description: '`minute`: full for seconds; `day`: gone until midnight Pacific' }),
        until: Timestamp.nullable(),
      }),
    ),
    models: z.array(z.strictObject({ model: z.string(), endpoint: z.string(), breaker, ...figures })),
    series: StatsSeries.optional().openapi({ description: 'With `series=true`' }),
  })
  .openapi('Stats', { example: STATS })
