/** Requests a minute, counted for all nodes together: one statement each, and none for those of a tenant that has had its share. */
import { type SQL, sql } from 'drizzle-orm'
import type { RateLimiterRes } from 'rate-limiter-flexible'
import RateLimiterPostgres from 'rate-limiter-flexible/lib/RateLimiterPostgres.js'
import type { Database } from './connect.ts'

const WINDOW_S = 60

export interface RequestsTaken {
  refused: boolean
  /** In this minute, which began with the tenant's first request. */
  remaining: number
  /** Until the next one, in ms. */
  resetMs: number
}

export interface RequestLimiter {
  /** Counts a request of the tenant against `perMinute`. */
  take(tenantId: string, perMinute: number): Promise<RequestsTaken>
}

/** The library reads the machine's clock itself; nodes that disagree on the time disagree on when a minute ends, by as much. */
export function createRequestLimiter(db: Database): RequestLimiter {
  const query = async ({ text, values }: { text: string; values: readonly unknown[] }) => ({ rows: await db.execute(bound(text, values)) })
  const limiters = new Map<number, RateLimiterPostgres>()
  const limiterFor = (perMinute: number) => {
    const limiter = limiters.get(perMinute) ?? new RateLimiterPostgres({ ...STORE, storeClient: { query }, ...counting(perMinute) })
    limiters.set(perMinute, limiter)
    return limiter
  }
  return {
    take: async (tenantId, perMinute) => {
      const taken = await limiterFor(perMinute)
        .consume(tenantId)
        .then((standing) => ({ refused: false, standing }), refusal)
      const { remainingPoints, msBeforeNext } = taken.standing
      return { refused: taken.refused, remaining: remainingPoints, resetMs: msBeforeNext }
    },
  }
}

/** The table is made by migration, and cleared by schedule. */
const STORE = {
  storeType: 'client',
  tableName: 'request_windows',
  tableCreated: true,
  clearExpiredByTimeout: false,
  keyPrefix: '',
} as const

function counting(perMinute: number) {
  return { points: perMinute, duration: WINDOW_S, inMemoryBlockOnConsumed: perMinute }
}

/** The library rejects with where the tenant stands; anything else is an error. */
function refusal(standing: unknown) {
  if (!isStanding(standing)) throw standing
  return { refused: true, standing }
}

function isStanding(rejected: unknown): rejected is Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'> {
  return typeof rejected === 'object' && rejected !== null && 'remainingPoints' in rejected && 'msBeforeNext' in rejected
}

/** The library's statements, with `$1` for its values, as drizzle takes them. */
function bound(text: string, values: readonly unknown[]): SQL {
  const pieces = text.split(/\$(\d+)/)
  return sql.join(pieces.map((piece, at) => (at % 2 === 0 ? sql.raw(piece) : sql`${values[Number(piece) - 1]}`)))
}
