/** Takes the characters of an image or a signature out of an answer and into storage, while they arrive. */
import { Buffer } from 'node:buffer'
import type { HoleContent } from '../domain/part-text.ts'
import type { AnswerSink, BlobWriter } from '../domain/ports.ts'
import { Base64Decoder } from './base64.ts'
import { JsonUnescaper, refuseControlCharacters } from './json-string.ts'
import { SNIFF_BYTES, sniffImageType } from './sniff-image.ts'

export interface TakenValue {
  content: HoleContent
  /** Sniffed; null where the bytes are of no kind we know, and for signatures. */
  imageType: string | null
}

/** One value on its way into storage. After a failure `abort` leaves nothing behind. */
export interface ValueTaker {
  push(characters: Buffer): Promise<void>
  /** No more characters come: now they are judged as a whole. */
  end(): Promise<void>
  /** Makes it last, which takes a disk its time. */
  commit(): Promise<TakenValue>
  abort(): Promise<void>
}

/** Image bytes are decoded as they come. Wrong base64 throws `UnreadableAnswer`. */
export async function takeImage(sink: AnswerSink): Promise<ValueTaker> {
  const writer = await sink.openImage()
  const unescaper = new JsonUnescaper()
  const decoder = new Base64Decoder()
  let head = Buffer.alloc(0)
  const write = async (bytes: Buffer): Promise<void> => {
    if (head.length < SNIFF_BYTES) head = Buffer.concat([head, bytes.subarray(0, SNIFF_BYTES)])
    if (bytes.length > 0) await writer.write(bytes)
  }
  return {
    push: (characters) => write(decoder.push(unescaper.push(characters))),
    async end() {
      unescaper.finish()
      await write(decoder.finish())
    },
    async commit() {
      const stored = await writer.commit()
      const alphabet = decoder.alphabet ?? 'base64'
      return { content: { holds: 'image', ...stored, alphabet, padded: decoder.padded }, imageType: sniffImageType(head) }
    },
    abort: () => writer.abort(),
  }
}

/** Signature characters are kept as they stand between the quotes, escapes and all. */
export async function takeSignature(sink: AnswerSink): Promise<ValueTaker> {
  const writer: BlobWriter = await sink.openSignature()
  const unescaper = new JsonUnescaper()
  return {
    async push(characters) {
      refuseControlCharacters(characters)
      // Only so that a broken escape is refused now, and not sent back for ever.
      unescaper.push(characters)
      await writer.write(characters)
    },
    end: async () => unescaper.finish(),
    async commit() {
      return { content: { holds: 'signature', ...(await writer.commit()) }, imageType: null }
    },
    abort: () => writer.abort(),
  }
}
