/** Time, chance and logging for tests that run real processes. */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, LogFields, Logger, Random } from '../../src/domain/ports.ts'

export const realClock: Clock = { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) }

export const realRandom: Random = { bytes: (count) => randomBytes(count) }

export interface LoggedEvent {
  level: 'info' | 'warn' | 'error'
  event: string
  fields: LogFields
}

/** A logger that prints nothing and remembers everything. */
export function recordingLogger(): Logger & { events: LoggedEvent[] } {
  const events: LoggedEvent[] = []
  const record =
    (level: LoggedEvent['level']) =>
    (event: string, fields: LogFields = {}) => {
      events.push({ level, event, fields })
    }
  return { events, info: record('info'), warn: record('warn'), error: record('error') }
}
