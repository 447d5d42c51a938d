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

async function* oneChunk(text: string) {
  yield Buffer.from(text)
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

  it('the signature is read while its picture is made to last, and both are there before the part is told of', async () => {
    const stores = createMemoryStores()
    const sink = createMemorySink(stores)
    const signing = Promise.withResolvers<void>()
    const { openImage, openSignature, part } = sink
    const events: string[] = []
    sink.openImage = async () => {
      const writer = await openImage()
      const commit = async () => {
        await signing.promise
        events.push('picture')
        return writer.commit()
      }
      return { ...writer, commit }
    }
    sink.openSignature = async () => {
      events.push('signature')
      signing.resolve()
      return openSignature()
    }
    sink.part = async (received) => {
      events.push('part')
      await part(received)
    }
    const signed = `{"candidates":[{"content":{"parts":[{"inlineData":{"data":"${data}"},"thoughtSignature":"U2ln"}]}}]}`
    await readAnswer(oneChunk(signed), sink, newAnswerSummary())
    expect(events).toEqual(['signature', 'picture', 'part'])
  })

  it('a store that fails to make a picture last fails the answer, and nothing goes on behind its back', async () => {
    const fault = new Error('disk full')
    const { reading, sink } = setUp(() => ({ commit: () => Promise.reject(fault) }))
    await expect(reading()).rejects.toBe(fault)
    expect(sink.parts).toEqual([])
  })

  it('a body that breaks off is told of only when the picture before the break is in storage', async () => {
    const gate = Promise.withResolvers<void>()
    let committed = false
    const { sink } = setUp((writer) => ({
      commit: async () => {
        await gate.promise
        committed = true
        return writer.commit()
      },
    }))
    async function* broken() {
      yield body.subarray(0, body.length - 10)
      setImmediate(gate.resolve)
      throw new Error('broken off')
    }
    await expect(readAnswer(broken(), sink, newAnswerSummary())).rejects.toThrow('broken off')
    expect(committed).toBe(true)
  })
})
