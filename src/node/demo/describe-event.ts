/** A turn's events as lines for a person. */
import { z } from 'zod'
import type { StreamedEvent } from './event-stream.ts'
import { formatDuration, formatUsd } from './figures.ts'
import type { Style } from './screen.ts'

export interface Description {
  mark: '▸' | '◦' | '✓' | '✗' | '…'
  style: Style
  text: string
  /** What goes on until the next event, for the status line: since now, or (with `untilMs`, Unix ms) until then. */
  ongoing?: { text: string; untilMs?: number }
}

const eventDataSchema = z.looseObject({
  n: z.number().optional(),
  model: z.string().optional(),
  outcome: z.string().optional(),
  httpStatus: z.number().nullish(),
  message: z.string().nullish(),
  next: z.string().nullish(),
  waitMs: z.number().nullish(),
  untilMs: z.number().nullish(),
  because: z.string().nullish(),
  thought: z.boolean().optional(),
  text: z.string().optional(),
  durationMs: z.number().nullish(),
  costUsd: z.number().optional(),
})
type EventData = z.infer<typeof eventDataSchema>

/** Failure kinds in words; kinds that are not here read well as they are. */
const OUTCOMES: Readonly<Record<string, string>> = {
  media_gone: 'a file is gone upstream',
  rate_limited: 'too many requests',
  quota_exhausted: 'the quota is used up',
  signature_rejected: 'the signatures were refused',
  upstream_fault: 'the upstream failed',
  no_image: 'no image came',
}

const NEXT: Readonly<Record<string, (data: EventData) => string>> = {
  retry: ({ waitMs }) => (waitMs ? `again in ${formatDuration(waitMs)}` : 'again'),
  fallback: () => 'falling back to the next model',
  repair: ({ outcome }) => (outcome === 'media_gone' ? 'uploading it again' : 'repairing the request'),
  fail: () => 'giving up',
}

const DESCRIBERS: Readonly<Record<string, (data: EventData) => Description | null>> = {
  'turn.waiting': ({ untilMs, because }) => {
    const reason = because ?? 'unknown reason'
    return { mark: '…', style: 'yellow', text: `waiting: ${reason}`, ongoing: { text: `waiting (${reason})`, ...(untilMs && { untilMs }) } }
  },
  'attempt.started': ({ n, model }) => ({
    mark: '▸',
    style: 'cyan',
    text: `attempt ${n}: ${model}`,
    ongoing: { text: `${model} is at work` },
  }),
  'attempt.failed': (data) => ({ mark: '✗', style: 'red', text: failureText(data) }),
  'part.text': ({ text, thought }) => (text && !thought ? { mark: '◦', style: 'dim', text: `it says: ${oneLine(text)}` } : null),
  'part.image': ({ thought }) =>
    thought ? { mark: '◦', style: 'dim', text: 'interim picture', ongoing: { text: 'still at work' } } : null,
}

/** The line for an event; null for those that need none. `event.data` is the service's JSON. */
export function describeEvent(event: StreamedEvent): Description | null {
  const describe = DESCRIBERS[event.type]
  return describe?.(eventDataSchema.parse(JSON.parse(event.data))) ?? null
}

/** The line a succeeded turn ends with. */
export function describeSuccess(
  turn: { model: string | null; historyFidelity: string | null; costUsd: number },
  elapsedMs: number,
): string {
  return `${turn.model} answered, after ${formatDuration(elapsedMs)} in all · history ${turn.historyFidelity} · ${formatUsd(turn.costUsd)}`
}

function failureText(data: EventData): string {
  const { outcome = 'failed', httpStatus, message, next } = data
  const status = httpStatus ? `${httpStatus} ` : ''
  const words = OUTCOMES[outcome] ?? outcome
  const then = (next && NEXT[next]?.(data)) || 'done'
  return `${status}${words}${message ? `: ${oneLine(message)}` : ''} → ${then}`
}

const MESSAGE_CHARACTERS_MAX = 80

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MESSAGE_CHARACTERS_MAX ? `${line.slice(0, MESSAGE_CHARACTERS_MAX - 1)}…` : line
}
