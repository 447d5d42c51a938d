/** Decodes HEIC and HEIF, which sharp's prebuilt library cannot: libheif, compiled to WebAssembly, in a thread of its own. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../domain/ports.ts'
import type { HeicAnswer } from './heic-worker.ts'

/** The largest picture taken in needs some ten seconds; a file made to waste time is given up. */
const DECODE_MS_MAX = 60_000

/** The primary picture upright, as RGBA, or why it cannot be decoded. Keeps the event loop free. */
export async function decodeHeic(file: Uint8Array, clock: Clock): Promise<HeicAnswer> {
  const worker = new Worker(new URL('./heic-worker.ts', import.meta.url), { workerData: file })
  const done = new AbortController()
  const tooLong = clock.sleep(DECODE_MS_MAX, done.signal).then((): HeicAnswer => ({ refusal: 'it took too long' }))
  const answered = new Promise<HeicAnswer>((resolve) => {
    worker.once('message', resolve)
    // WebAssembly that traps or runs out of memory ends the thread, not the process.
    worker.once('error', (error) => resolve({ refusal: error.message }))
  })
  try {
    return await Promise.race([answered, tooLong])
  } finally {
    tooLong.catch(() => undefined)
    done.abort()
    await worker.terminate()
  }
}
