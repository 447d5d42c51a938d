/** Reads an answer as it arrives, unary or streamed: bytes of images and signatures into storage, all the rest kept small. */
import type { Buffer } from 'node:buffer'
import type { AnswerSink } from '../domain/ports.ts'
import { type AnswerSummary, addDocument, addPart, isFirstCandidate } from './answer-summary.ts'
import { asBuffer } from './base64.ts'
import { DocumentFinder } from './document-finder.ts'
import { DocumentScanner, type ScannedPart } from './document-scanner.ts'
import { receivedPart, type SettledPart } from './received-part.ts'
import { takeImage, takeSignature, type ValueTaker } from './take-value.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'
import { parseWireDocument } from './wire-answer.ts'

export const ANSWER_BYTES_MAX = 300 * 1024 * 1024

/**
 * Reads `body` to its end, whatever finish reasons come before (wire-facts §1.3), and adds what it says to `summary`,
 * which so tells even after a failure how far the answer came. Each write to the sink is awaited before more is read; only while
 * one value is made to last, the next is read already.
 * Throws `UnreadableAnswer` for what the upstream did wrong; errors of the body and of the sink pass through.
 */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  sink: AnswerSink,
  summary: AnswerSummary,
  bytesMax = ANSWER_BYTES_MAX,
): Promise<void> {
  const reader = new AnswerReader(sink, summary)
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > bytesMax) throw new UnreadableAnswer(`the answer is longer than ${bytesMax} bytes`)
      await reader.read(asBuffer(chunk))
    }
    await reader.finish()
  } catch (error) {
    await reader.abort()
    throw error
  }
}

class AnswerReader {
  readonly #sink: AnswerSink
  readonly #summary: AnswerSummary
  readonly #finder = new DocumentFinder()
  readonly #scanner = new DocumentScanner()
  #taker: ValueTaker | null = null
  /** Settles, and never rejects, when the last value has been made to last. */
  #committed: Promise<unknown> = Promise.resolve()

  constructor(sink: AnswerSink, summary: AnswerSummary) {
    this.#sink = sink
    this.#summary = summary
  }

  async read(chunk: Buffer): Promise<void> {
    let at = 0
    while (at < chunk.length) {
      if (!this.#finder.inDocument) {
        at = this.#finder.advance(chunk, at)
        continue
      }
      const from = at
      at = this.#scanner.step(chunk, from)
      switch (this.#scanner.event) {
        case 'newline':
          this.#finder.lineEnded(chunk, at - 1)
          break
        case 'characters':
          await this.#takeCharacters(chunk.subarray(from, at))
          break
        case 'value_end':
          await this.#endValue()
          break
        case 'document':
          await this.#endDocument()
      }
    }
  }

  async finish(): Promise<void> {
    await this.#committed
    this.#finder.finish()
    if (!this.#summary.recognised) throw new UnreadableAnswer('the answer is empty or of another kind')
  }

  async abort(): Promise<void> {
    await this.#taker?.abort()
    this.#taker = null
    await this.#committed
  }

  /** Storage is opened with the first character: an empty string is no image and no signature. */
  async #takeCharacters(characters: Buffer): Promise<void> {
    this.#summary.begun = true
    this.#taker ??= this.#scanner.string === 'image' ? await takeImage(this.#sink) : await takeSignature(this.#sink)
    await this.#taker.push(characters)
  }

  async #endValue(): Promise<void> {
    if (this.#taker === null) return
    await this.#taker.end()
    await this.#committed
    const taken = this.#taker.commit()
    this.#committed = taken.catch(() => undefined)
    this.#taker = null
    this.#scanner.punch(taken)
  }

  async #endDocument(): Promise<void> {
    this.#finder.documentEnded()
    this.#summary.isEventStream ||= this.#finder.isEventStream
    const document = parseWireDocument(this.#scanner.skeleton.text())
    addDocument(this.#summary, document)
    if (isFirstCandidate(document)) await this.#reportParts()
    this.#scanner.reset()
  }

  async #reportParts(): Promise<void> {
    for (const scanned of this.#scanner.parts) {
      const part = receivedPart(await settled(scanned), this.#scanner.skeleton)
      if (part === null) continue
      addPart(this.#summary, part)
      await this.#sink.part(part)
    }
  }
}

async function settled({ start, end, values }: ScannedPart): Promise<SettledPart> {
  return { start, end, values: await Promise.all(values.map(async ({ at, taken }) => ({ at, ...(await taken) }))) }
}
