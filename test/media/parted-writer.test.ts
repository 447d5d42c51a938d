import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createPartedWriter, type PartedStore } from '../../src/media/parted-writer.ts'
import { sha256Of } from './blob-store-conformance.ts'

const MIB = 1024 * 1024

/** Remembers what it is given, in order. */
function recordingStore(failing?: 'part' | 'finish') {
  const calls: string[] = []
  const parts: Uint8Array[] = []
  const call = async (name: string) => {
    calls.push(name)
    if (name === failing) throw new Error(`no ${name}`)
  }
  const store: PartedStore = {
    put: async (_, bytes) => {
      parts.push(bytes)
      await call('put')
    },
    begin: async () => {
      await call('begin')
      return {
        part: async (bytes) => {
          parts.push(bytes)
          await call('part')
        },
        finish: () => call('finish'),
        abort: () => call('abort'),
      }
    },
  }
  return { store, calls, parts }
}

describe('a blob written in parts', () => {
  test.each([
    [0, ['put']],
    [8 * MIB - 1, ['put']],
    [8 * MIB, ['begin', 'part', 'finish']],
    [8 * MIB + 1, ['begin', 'part', 'part', 'finish']],
    [24 * MIB, ['begin', 'part', 'part', 'part', 'finish']],
  ])('of %i bytes is %j', async (size, expected) => {
    for (const pieceBytes of [5 * MIB + 3, size + 1]) {
      const { store, calls, parts } = recordingStore()
      const bytes = randomBytes(size)
      const writer = createPartedWriter(store)
      for (let at = 0; at < size; at += pieceBytes) await writer.write(bytes.subarray(at, at + pieceBytes))
      expect(await writer.commit()).toEqual({ sha256: sha256Of(bytes), bytes: size })
      expect(calls).toEqual(expected)
      expect(Buffer.concat(parts).equals(bytes)).toBe(true)
      for (const part of parts.slice(0, -1)) expect(part.byteLength).toBe(8 * MIB)
    }
  })

  test('holds no more than one part: the first leaves as soon as it is full', async () => {
    const { store, calls } = recordingStore()
    const writer = createPartedWriter(store)
    await writer.write(randomBytes(8 * MIB - 1))
    expect(calls).toEqual([])
    await writer.write(randomBytes(1))
    expect(calls).toEqual(['begin', 'part'])
  })

  test('that cannot be finished is called off, and the failure told', async () => {
    const { store, calls } = recordingStore('finish')
    const writer = createPartedWriter(store)
    await writer.write(randomBytes(8 * MIB))
    await expect(writer.commit()).rejects.toThrow('no finish')
    expect(calls).toEqual(['begin', 'part', 'finish', 'abort'])
  })
})
