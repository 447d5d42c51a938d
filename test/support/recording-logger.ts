/** A logger for tests. */
import type { LogFields, Logger } from '../../src/domain/ports.ts'

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
