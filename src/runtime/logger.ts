/** Structured log lines, one JSON object each, guarded so that no secret, prompt or image gets out by accident. */
import type { Clock, LogFields, Logger } from '../domain/ports.ts'
import { toIso } from './instant.ts'

export const LOG_LEVELS = ['info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Longest text a field may hold, in characters. */
const FIELD_CHARACTERS_MAX = 500

/** Longer than any digest or id of ours; image bytes and signatures are longer still. */
const ENCODED_RUN = /[\w+/-]{120,}={0,2}/g

const SECRET_FIELDS: ReadonlySet<string> = new Set(['key', 'apikey', 'authorization', 'password', 'secret', 'token', 'cookie'])

export interface LoggerOptions {
  clock: Clock
  /** Receives each line, without its line break. */
  sink: (line: string) => void
  /** Least level written; default `info`. */
  level?: LogLevel
  /** Fields of every line, such as the node's name. */
  fields?: LogFields
}

/**
 * A logger that writes `{"at", "level", "event", …fields}`. Undefined fields are left out, texts are cut at 500
 * characters, long encoded runs and fields named like a secret are withheld.
 */
export function createLogger({ clock, sink, level = 'info', fields: always = {} }: LoggerOptions): Logger {
  const least = LOG_LEVELS.indexOf(level)
  const writerFor =
    (name: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(name) < least) return
      const guarded = Object.entries({ ...always, ...fields }).map(([field, value]) => [field, guard(field, value)])
      const head = { at: toIso(clock.nowMs()), level: name, event: guard('event', event) }
      sink(JSON.stringify({ ...head, ...Object.fromEntries(guarded), ...head }))
    }
  return { info: writerFor('info'), warn: writerFor('warn'), error: writerFor('error') }
}

function guard(field: string, value: LogFields[string]): LogFields[string] {
  if (SECRET_FIELDS.has(field.toLowerCase())) return '[withheld]'
  if (typeof value !== 'string') return value
  const shown = value.slice(0, FIELD_CHARACTERS_MAX).replace(ENCODED_RUN, (run) => `[${run.length} characters withheld]`)
  return value.length > FIELD_CHARACTERS_MAX ? `${shown}… (${value.length} characters)` : shown
}
