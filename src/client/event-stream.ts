/** Server-sent events as a client reads them (WHATWG HTML §9.2.6). */
import type { Clock } from '../domain/ports.ts'

/** The service sends a comment every 15 s: after three of them missed, nobody is there. */
const SILENCE_MS_MAX = 45_000

export interface StreamedEvent {
  /** Of the last event that had one. */
  id: string
  data: string
}

/** Yields every whole event. Throws when the connection breaks or falls silent; closes it when the reader leaves. */
export async function* readEventStream(body: ReadableStream<Uint8Array>, clock: Clock): AsyncGenerator<StreamedEvent> {
  let id = ''
  let data: string[] = []
  for await (const line of readLines(body, clock)) {
    if (line.startsWith('id:')) id = contentOf(line, 'id:')
    if (line.startsWith('data:')) data.push(contentOf(line, 'data:'))
    if (line !== '' || data.length === 0) continue
    yield { id, data: data.join('\n') }
    data = []
  }
}

function contentOf(line: string, field: string): string {
  return line.slice(field.length).replace(/^ /, '')
}

async function* readLines(body: ReadableStream<Uint8Array>, clock: Clock): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await beforeSilence(reader.read(), clock)
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A CR at the very end may be the first half of a CR LF, so it waits for what follows.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function beforeSilence<T>(read: Promise<T>, clock: Clock): Promise<T> {
  const heard = new AbortController()
  const silence = clock.sleep(SILENCE_MS_MAX, heard.signal).then(() => {
    throw new TypeError('the stream fell silent')
  })
  silence.catch(() => undefined)
  try {
    return await Promise.race([read, silence])
  } finally {
    heard.abort()
  }
}
