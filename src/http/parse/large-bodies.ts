/** JSON bodies that hold pictures as base64 are parsed whole, at two to three times their size in memory: so only so much at a time. */
import { RequestError } from '../../domain/problem.ts'

/** Smaller ones are not worth counting. */
const LARGE_BYTES = 2 * 1024 * 1024
/** Of all large bodies being read or parsed in this process. One alone always fits. */
const BYTES_AT_ONCE_MAX = 160 * 1024 * 1024

/** What is looked at of a request: its headers. */
interface Headed {
  req: { header(name: string): string | undefined }
}

export type LargeBodies = <Result>(c: Headed, bytesMax: number, work: () => Promise<Result>) => Promise<Result>

/** Runs `work`, which reads a body of at most `bytesMax`. Throws `unavailable` when too much of the kind is under way: waiting would let slow senders shut out all others. */
export function createLargeBodies(): LargeBodies {
  let bytesNow = 0
  return async (c, bytesMax, work) => {
    const isJson = (c.req.header('Content-Type') ?? '').includes('json')
    const bytes = Math.min(Number(c.req.header('Content-Length') ?? bytesMax), bytesMax)
    if (!isJson || bytes < LARGE_BYTES) return work()
    if (bytesNow > 0 && bytesNow + bytes > BYTES_AT_ONCE_MAX) {
      throw new RequestError(
        'unavailable',
        'Too many large JSON bodies at once. Upload pictures by POST /v1/media, which takes any number, or try again.',
        {
          retryAfterMs: 2_000,
        },
      )
    }
    bytesNow += bytes
    try {
      return await work()
    } finally {
      bytesNow -= bytes
    }
  }
}
