/** What is done by the clock, as data: whatever keeps schedules (pg-boss on Node) runs each of them on one node at a time. */
import { forgetAuditBefore } from '../db/audit-queries.ts'
import { forgetWindowsBefore } from '../db/limit-queries.ts'
import { forgetHandlesBefore, forgetKeysBefore } from '../db/retention-queries.ts'
import { forgetWebhookSecretsBefore } from '../db/webhook-secret-queries.ts'
import { AUDIT_LIFE_MS } from '../domain/audit.ts'
import { rollUp } from '../monitoring/roll-up.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { Installation } from './context.ts'
import { removeExpiredSessions } from './remove-expired-sessions.ts'

export interface Schedule {
  name: string
  /** Minute, hour, day, month, weekday; UTC. */
  cron: string
  run(inst: Installation): Promise<void>
}

/** Whether it is due in this minute of the hour (UTC): for platforms that only wake once a minute. Hours and days are not looked at. */
export function isDueAt({ cron }: Schedule, minuteOfHour: number): boolean {
  const [minute] = cron.split(' ')
  return minute === '*' || Number(minute) === minuteOfHour
}

const HOUR_MS = 3_600_000
/** A key is good for a day (api.md, Turns); an hour more for clocks that disagree. */
const KEY_LIFE_MS = 25 * HOUR_MS
/** The upstream drops a file at its expiry; whoever sent it last may still look for its handle to mend a turn. */
const HANDLE_AFTERLIFE_MS = 24 * HOUR_MS

/** Minutes apart, so that they do not meet. Events are kept as long as their turns. */
export const SCHEDULES: readonly Schedule[] = [
  { name: 'roll-up', cron: '* * * * *', run: async ({ db, clock }) => void (await rollUp(db, clock.nowMs())) },
  { name: 'remove-expired-sessions', cron: '* * * * *', run: removeExpiredSessions },
  { name: 'collect-garbage', cron: '3 * * * *', run: async (inst) => void (await collectGarbage(inst)) },
  { name: 'forget-idempotency-keys', cron: '13 * * * *', run: ({ db, clock }) => forgetKeysBefore(db, clock.nowMs() - KEY_LIFE_MS) },
  { name: 'forget-audit-entries', cron: '23 * * * *', run: ({ db, clock }) => forgetAuditBefore(db, clock.nowMs() - AUDIT_LIFE_MS) },
  { name: 'forget-request-windows', cron: '33 * * * *', run: ({ db, clock }) => forgetWindowsBefore(db, clock.nowMs() - HOUR_MS) },
  {
    name: 'forget-upstream-files',
    cron: '43 * * * *',
    run: ({ db, clock }) => forgetHandlesBefore(db, clock.nowMs() - HANDLE_AFTERLIFE_MS),
  },
  { name: 'forget-webhook-secrets', cron: '53 * * * *', run: ({ db, clock }) => forgetWebhookSecretsBefore(db, clock.nowMs()) },
]
