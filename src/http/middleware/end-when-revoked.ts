/** A stream of events outlives the look at its key, for days perhaps. */

/** The same stream, ended when its key is no longer good: that is looked at before each piece, and one comes every 15 s. */
export function endWhenRevoked(body: ReadableStream<Uint8Array>, isGood: () => Promise<boolean>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream(
    {
      pull: async (controller) => {
        const read = await reader.read()
        // Where it cannot be told, the client comes back and is asked for its key.
        if (!read.done && (await isGood().catch(() => false))) return controller.enqueue(read.value)
        controller.close()
        await reader.cancel()
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
