import { parseInstant, toIso } from '../runtime/instant.ts'

/** Unix ms at which the calendar month of `nowMs` began, UTC: what a tenant's budget and usage reckon by. */
export function monthBeginsMs(nowMs: number): number {
  return parseInstant(`${toIso(nowMs).slice(0, 8)}01T00:00:00Z`) ?? nowMs
}
