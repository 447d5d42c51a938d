/** Answers as streams that are pulled: nothing is read faster than the client takes it. */

/** The bytes of an iterable, with `return` called on it when the client leaves. */
export function toStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same stream; `finish` hears once how many bytes went through and whether it came to its end. */
export function countedStream(
  body: ReadableStream<Uint8Array>,
  finish: (bytes: number, whole: boolean) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  return new ReadableStream(
    {
      pull: async (controller) => {
        const read = await reader.read().catch((error: unknown) => {
          finish(bytes, false)
          throw error
        })
        if (read.done) {
          finish(bytes, true)
          controller.close()
        } else {
          bytes += read.value.byteLength
          controller.enqueue(read.value)
        }
      },
      cancel: async (reason) => {
        finish(bytes, false)
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
