import { type BinaryValue, type ByteSink, createByteSink, HEAD_BYTES } from './byte-sink.ts'

/** A `bytes` field of a request. Both alphabets are accepted, with or without padding (wire-facts §1.1). */
export type EncodedValue = BinaryValue & {
  /** False where the characters are not base64. */
  wellFormed: boolean
  /** The first characters as they came, for the error text. */
  sample: string
}

export type Base64Sink = { write(piece: Buffer): void; end(): EncodedValue }

const SAMPLE_CHARS = 64
const PARTIAL_ESCAPE = /\\(u[0-9a-fA-F]{0,3})?$/

/** Decodes base64 as it arrives, a few kilobytes at a time. With `skim`, only the first bytes are decoded and the rest is counted. */
export function createBase64Sink({ keep, skim }: { keep: boolean; skim: boolean }): Base64Sink {
  return skim ? createSkimmingSink() : createDecodingSink(createByteSink({ keep }))
}

function createDecodingSink(sink: ByteSink): Base64Sink {
  let rest = ''
  let sample = ''
  let padded = false
  let wellFormed = true

  const decode = (characters: string) => {
    if (characters === '') return
    const padding = paddingOf(characters)
    const decoded = Buffer.from(characters, 'base64')
    const expected = Math.floor(((characters.length - padding) * 3) / 4)
    if (padded || decoded.length !== expected) wellFormed = false
    if (padding > 0) padded = true
    sink.write(decoded)
  }

  return {
    write(piece) {
      let text = rest + piece.toString('latin1')
      if (sample.length < SAMPLE_CHARS) sample = text.slice(0, SAMPLE_CHARS)
      if (text.includes('\\') && !PARTIAL_ESCAPE.test(text)) text = unescaped(text)
      const usable = PARTIAL_ESCAPE.test(text) ? 0 : text.length - (text.length % 4)
      decode(text.slice(0, usable))
      rest = text.slice(usable)
    },
    end() {
      if (rest.length === 1) wellFormed = false
      decode(rest)
      return { ...sink.end(), wellFormed, sample }
    },
  }
}

function paddingOf(characters: string): number {
  if (!characters.endsWith('=')) return 0
  return characters.endsWith('==') ? 2 : 1
}

/** Some JSON writers escape the slash and the padding of base64: `\/`, `\u003d`. */
function unescaped(text: string): string {
  return text.replaceAll('\\/', '/').replace(/\\u00(2b|2f|3d)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const HEAD_CHARS = (HEAD_BYTES / 3) * 4 - 1

function createSkimmingSink(): Base64Sink {
  let head = ''
  let lastTwo = ''
  let encodedLength = 0
  return {
    write(piece) {
      encodedLength += piece.length
      if (head.length < HEAD_CHARS) head += piece.toString('latin1', 0, HEAD_CHARS - head.length)
      lastTwo = (lastTwo + piece.toString('latin1', Math.max(0, piece.length - 2))).slice(-2)
    },
    end() {
      const byteLength = Math.floor(((encodedLength - paddingOf(lastTwo)) * 3) / 4)
      return {
        byteLength,
        sha256: '',
        head: Buffer.from(head, 'base64'),
        tail: Buffer.alloc(0),
        wellFormed: true,
        sample: head.slice(0, SAMPLE_CHARS),
      }
    },
  }
}
