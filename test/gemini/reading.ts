/** Reads a body as the adapter would, into memory, and puts parts back together as they would be replayed. */

import type { ReceivedPart } from '../../src/domain/part.ts'
import { fillHoles } from '../../src/domain/part-text.ts'
import { type AnswerSummary, newAnswerSummary } from '../../src/gemini/answer-summary.ts'
import { readAnswer } from '../../src/gemini/read-answer.ts'
import { createMemorySink, createMemoryStores, type MemorySink, type MemoryStores } from './memory-stores.ts'

export interface Reading {
  parts: readonly ReceivedPart[]
  summary: AnswerSummary
  stores: MemoryStores
  sink: MemorySink
  /** What `readAnswer` threw. */
  error: unknown
  /** Each part's JSON with its holes filled from the stores. */
  replayed: readonly string[]
  imageOf(part: ReceivedPart | undefined): Buffer | undefined
}

/** @param cuts where the body is cut into chunks, as ascending offsets. */
export async function read(body: Uint8Array | string, cuts: readonly number[] = [], bytesMax?: number): Promise<Reading> {
  const bytes = Buffer.from(body)
  const stores = createMemoryStores()
  const sink = createMemorySink(stores)
  const summary = newAnswerSummary()
  let error: unknown = null
  try {
    await readAnswer(chunks(bytes, cuts), sink, summary, bytesMax)
  } catch (thrown) {
    error = thrown
  }
  const replayed = sink.parts.map(({ raw, holes }) => fillHoles(raw, holes, (hole) => charactersOf(hole, stores)))
  return { parts: sink.parts, summary, stores, sink, error, replayed, imageOf: (part) => stores.images.get(part?.image?.sha256 ?? '') }
}

function charactersOf(hole: ReceivedPart['holes'][number], { images, marks }: MemoryStores): string {
  if (hole.holds === 'signature') return marks.get(hole.sha256)?.toString() ?? 'lost'
  const text = images.get(hole.sha256)?.toString(hole.alphabet).replaceAll('=', '') ?? 'lost'
  return hole.padded ? text.padEnd(4 * Math.ceil(hole.bytes / 3), '=') : text
}

async function* chunks(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    yield bytes.subarray(from, cut)
    from = cut
  }
}

/** Cuts after every `size` bytes. */
export function evenCuts(length: number, size: number): number[] {
  return Array.from({ length: Math.floor(length / size) }, (_, index) => (index + 1) * size)
}
