import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { SimulatorClock } from '../clock.ts'

/** How a body travels, when not simply. */
export type Delivery = { cut?: { afterBytes: number; hang: boolean }; slow?: { chunkBytes: number; everyMs: number } }

export type BodyWriter = {
  /** Resolves when the bytes are on their way; to false when the connection is no more. */
  write(text: string): Promise<boolean>
  end(): void
}

/** Writes a body at the caller's pace, or at the slower one a fault asks for, or only its beginning. */
export function createBodyWriter(input: {
  response: ServerResponse
  delivery: Delivery
  clock: SimulatorClock
  signal: AbortSignal
}): BodyWriter {
  const { response, delivery, clock, signal } = input
  let allowance = delivery.cut?.afterBytes ?? Number.POSITIVE_INFINITY

  const writeNow = async (bytes: Buffer): Promise<boolean> => {
    const allowed = bytes.subarray(0, allowance)
    allowance -= allowed.length
    if (!response.write(allowed)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    if (allowed.length === bytes.length) return !response.destroyed
    await new Promise((resolve) => response.write('', resolve))
    if (!delivery.cut?.hang) response.destroy()
    return false
  }

  return {
    async write(text) {
      const bytes = Buffer.from(text)
      if (!delivery.slow) return writeNow(bytes)
      const { chunkBytes, everyMs } = delivery.slow
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        if (signal.aborted || !(await writeNow(bytes.subarray(at, at + chunkBytes)))) return false
        await clock.sleep(everyMs, signal)
      }
      return true
    },
    end: () => {
      if (!response.destroyed) response.end()
    },
  }
}
