import { type Base64Sink, createBase64Sink, type EncodedValue } from './base64-sink.ts'

/** A JSON document whose `bytes` fields were taken out: each of their strings reads `bytes:<index into values>`. */
export type SkimmedJson = { text: string; values: EncodedValue[] }

export type JsonSkimmer = { write(chunk: Buffer): void; end(): SkimmedJson }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const TAIL_CHARS = 64
const BYTES_FIELD = /"(data|thoughtSignature|thought_signature)"\s*:\s*"$/

/**
 * Reads a request of tens of megabytes as it arrives and never holds it: nearly all of it is base64 in `data` and
 * `thoughtSignature`, which is decoded, hashed and dropped on the way. One hundred such requests at once stay small.
 */
export function createJsonSkimmer(options: { keep: boolean; skim: boolean }): JsonSkimmer {
  const skeleton: Buffer[] = []
  const values: EncodedValue[] = []
  let tail = ''
  let state: 'outside' | 'string' | 'bytes' = 'outside'
  let escaped = false
  let sink: Base64Sink | undefined

  const append = (piece: Buffer) => {
    skeleton.push(Buffer.from(piece))
    tail = (tail + piece.toString('latin1', Math.max(0, piece.length - TAIL_CHARS))).slice(-TAIL_CHARS)
  }

  const readOutside = (chunk: Buffer, from: number): number => {
    const quote = chunk.indexOf(QUOTE, from)
    const end = quote === -1 ? chunk.length : quote + 1
    append(chunk.subarray(from, end))
    if (quote === -1) return end
    const field = BYTES_FIELD.exec(tail)?.[1]
    state = field ? 'bytes' : 'string'
    if (field) sink = createBase64Sink({ keep: options.keep && field === 'data', skim: options.skim })
    return end
  }

  const readString = (chunk: Buffer, from: number): number => {
    let at = from
    for (; at < chunk.length; at += 1) {
      if (escaped) escaped = false
      else if (chunk[at] === BACKSLASH) escaped = true
      else if (chunk[at] === QUOTE) {
        state = 'outside'
        at += 1
        break
      }
    }
    append(chunk.subarray(from, at))
    return at
  }

  const readBytes = (chunk: Buffer, from: number): number => {
    const quote = chunk.indexOf(QUOTE, from)
    sink?.write(chunk.subarray(from, quote === -1 ? chunk.length : quote))
    if (quote === -1 || !sink) return chunk.length
    append(Buffer.from(`bytes:${values.length}"`))
    values.push(sink.end())
    state = 'outside'
    return quote + 1
  }

  const readers = { outside: readOutside, string: readString, bytes: readBytes }
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) at = readers[state](chunk, at)
    },
    end: () => ({ text: Buffer.concat(skeleton).toString('utf8'), values }),
  }
}
