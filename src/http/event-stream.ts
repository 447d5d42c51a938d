/** Server-sent events (WHATWG HTML §9.2): pulled by the client, kept alive by comments. */
import type { Clock } from '../domain/ports.ts'

/** Proxies drop what is silent for longer (api.md, Turns). */
const COMMENT_EVERY_MS = 15_000

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx holds a stream back until its buffer is full unless told not to.
  'X-Accel-Buffering': 'no',
}

export interface ServerSentEvent {
  id: number
  event: string
  data: unknown
}

export interface EventStreamOptions {
  /** The events, with which the stream ends; they stop when the signal aborts, which it does as soon as the client has left. */
  events(signal: AbortSignal): AsyncIterable<ServerSentEvent>
  clock: Clock
  /** The client left before the end. */
  onDisconnect?: () => Promise<void>
  /** Reading failed in mid-stream. The stream just ends then: the client comes back with its Last-Event-ID. */
  onError(error: unknown): void
}

/** The events as bytes. The next one is only asked for when the one before was taken. */
export function eventStream({ events, clock, onDisconnect, onError }: EventStreamOptions): ReadableStream<Uint8Array> {
  const left = new AbortController()
  const iterator = events(left.signal)[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let awaited: Promise<IteratorResult<ServerSentEvent>> | undefined

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    awaited ??= iterator.next()
    const read = await within(awaited, COMMENT_EVERY_MS, clock)
    if (read === 'late') return controller.enqueue(encoder.encode(': still here\n\n'))
    awaited = undefined
    if (read.done) controller.close()
    else controller.enqueue(encoder.encode(format(read.value)))
  }
  return new ReadableStream(
    {
      pull: (controller) =>
        pull(controller).catch((error: unknown) => {
          if (left.signal.aborted) return
          onError(error)
          controller.close()
        }),
      cancel: async () => {
        left.abort()
        awaited?.catch(() => {})
        await iterator.return?.()
        await onDisconnect?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** JSON holds no raw line breaks, so one `data:` line will do. */
function format({ id, event, data }: ServerSentEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** What `promise` gives, or `late` when it has not within `ms`. */
async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | 'late'> {
  const waiting = new AbortController()
  const timeout = clock.sleep(ms, waiting.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  )
  try {
    return await Promise.race([promise, timeout])
  } finally {
    waiting.abort()
  }
}
