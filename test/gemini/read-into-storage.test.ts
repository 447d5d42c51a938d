import { describe, expect, it } from 'vitest'
import type { BlobWriter } from '../../src/domain/ports.ts'
import { newAnswerSummary } from '../../src/gemini/answer-summary.ts'
import { readAnswer } from '../../src/gemini/read-answer.ts'
import { createMemorySink, createMemoryStores } from './memory-stores.ts'

const data = Buffer.alloc(3000, 7).toString('base64')
const body = Buffer.from(`{"candidates":[{"content":{"parts":[{"inlineData":{"data":"${data}"}}]},"finishReason":"STOP"}]}`)

/** A sink whose image writers are changed, and a body that counts how often it was asked for more. */
function setUp(change: (writer: BlobWriter) => Partial<BlobWriter>) {
  const sink = createMemorySink(createMemoryStores())
  const { openImage } = sink
  sink.openImage = async () => {
    const writer = await openImage()
    return { ...writer, ...change(writer) }
  }
  const counted = { asked: 0 }
  async function* chunks() {
    for (let at = 0; at < body.length; at += 400) {
      counted.asked += 1
      yield body.subarray(at, at + 400)
    }
  }
  return { sink, counted, reading: () => readAnswer(chunks(), sink, newAnswerSummary()) }
}

describe('while an answer goes into storage', () => {
  it('a slow store sets the pace: nothing more is read before a write is done', async () => {
    const gate = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const { counted, reading } = setUp((writer) => ({
      write: async (bytes) => {
        reached.resolve()
        await gate.promise
        await writer.write(bytes)
      },
    }))
    const read = reading()
    await reached.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(counted.asked).toBe(1)
    gate.resolve()
    await read
    expect(counted.asked).toBe(Math.ceil(body.length / 400))
  })

  it('a store that fails ends the reading with its own error, and what was begun is taken back', async () => {
    const fault = new Error('disk full')
    const { counted, reading, sink } = setUp(() => ({
      write: async () => {
        throw fault
      },
    }))
    await expect(reading()).rejects.toBe(fault)
    expect(counted.asked).toBe(1)
    expect(sink).toMatchObject({ opened: 1, closed: 1, parts: [] })
  })
})
