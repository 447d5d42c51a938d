/**
 * Who may come in, and how often. Asked with every request, so it remembers what it was told, for a few seconds: what is changed on
 * one node is heard by all at once (`forget`, on PostgreSQL's bell), and where nothing can be heard it is known after those seconds.
 */
import type { Database } from '../db/connect.ts'
import { type FoundKey, findKeyBySecret, hasKeys, touchKey } from '../db/key-queries.ts'
import { requestsPerMinuteOf } from '../db/limit-queries.ts'
import { createRequestLimiter } from '../db/request-limiter.ts'
import { describeError } from '../domain/describe-error.ts'
import { equalDigests } from '../domain/equal-digests.ts'
import type { LimitStanding } from '../domain/limit.ts'
import type { Clock, Logger } from '../domain/ports.ts'
import { remember } from './remembered.ts'

/** A revoked key opens nothing after this long, whatever was not heard. */
const REMEMBERED_MS = 5_000
/** A key that nobody has is remembered as well. Whoever invents them pushes out others, which costs those a look-up. */
const REMEMBERED_MAX = 10_000
const LAST_USED_EVERY_MS = 60_000

export interface Doorkeeper {
  /**
   * The key that a secret of this SHA-256 (hex) opens now; null when there is none. Its use is noted, once a minute and not while
   * anybody waits.
   */
  keyOf(sha256: string): Promise<FoundKey | null>
  /** Whether keys were ever made here: from then on nobody is let in without one. */
  asksForKeys(): Promise<boolean>
  /** Counts a request of the tenant; null where it may make any number. `refused`: it has had its share of this minute. */
  countRequest(tenantId: string): Promise<{ standing: LimitStanding; refused: boolean } | null>
  /** Keys or tenants have changed. */
  forget(): void
}

export interface DoorkeeperDeps {
  db: Database
  clock: Clock
  logger: Logger
  /** Sees to it that work goes on which no answer waits for. */
  background(work: Promise<void>): void
}

export function createDoorkeeper({ db, clock, logger, background }: DoorkeeperDeps): Doorkeeper {
  const options = { clock, forMs: REMEMBERED_MS, entriesMax: REMEMBERED_MAX }
  const keys = remember({ ...options, load: (sha256) => findKeyBySecret(db, sha256) })
  const limits = remember({ ...options, load: (tenantId) => requestsPerMinuteOf(db, tenantId) })
  const anyKeys = remember({ ...options, load: () => hasKeys(db) })
  const limiter = createRequestLimiter(db)
  /** When the last use of a key was last noted (Unix ms). */
  const notedAtMs = new Map<string, number>()

  const noteUse = ({ id, lastUsedAtMs }: FoundKey, nowMs: number) => {
    if (nowMs - (notedAtMs.get(id) ?? lastUsedAtMs ?? 0) < LAST_USED_EVERY_MS) return
    if (notedAtMs.size >= REMEMBERED_MAX) notedAtMs.clear()
    notedAtMs.set(id, nowMs)
    const noted = touchKey(db, id, nowMs, nowMs - LAST_USED_EVERY_MS)
    background(noted.catch((error: unknown) => logger.warn('key.use_not_noted', { keyId: id, error: describeError(error) })))
  }

  return {
    keyOf: async (sha256) => {
      const found = await keys.get(sha256)
      const nowMs = clock.nowMs()
      if (found === null || !equalDigests(found.sha256, sha256) || (found.endsAtMs !== null && found.endsAtMs <= nowMs)) return null
      noteUse(found, nowMs)
      return found
    },
    asksForKeys: () => anyKeys.get(''),
    countRequest: async (tenantId) => {
      const max = await limits.get(tenantId)
      if (max === null) return null
      const { refused, remaining, resetMs } = await limiter.take(tenantId, max)
      return { refused, standing: { name: 'requestsPerMinute', max, remaining, resetMs } }
    },
    forget: () => {
      for (const remembered of [keys, limits, anyKeys]) remembered.forget()
    },
  }
}
