/**
 * Finds the JSON documents in a body, whatever its content type claims: one object, objects in an array (a stream without
 * `alt=sse`), or the `data:` lines of an event stream, with bare objects among them (wire-facts §1.1: errors come so).
 */
import type { Buffer } from 'node:buffer'
import { UnreadableAnswer } from './unreadable-answer.ts'

const [LINE_FEED, CARRIAGE_RETURN] = ['\n', '\r']
const BLANKS = ' \t'
const BYTE_ORDER_MARK = '\xef\xbb\xbf'
/** Fields of an event stream besides `data`; the nameless one is a comment. */
const OTHER_FIELDS: ReadonlySet<string> = new Set(['', 'event', 'id', 'retry'])
const FIELD_NAME_MAX = 8

type State = 'line_start' | 'field_name' | 'data' | 'rest_of_line' | 'document' | 'after_document'

export class DocumentFinder {
  /** Whether any document came in a `data:` line. */
  isEventStream = false
  #state: State = 'line_start'
  #fieldName = ''
  #inLine = false
  #open = false
  #arrayDepth = 0
  #afterReturn = false
  #begun = false

  get inDocument(): boolean {
    return this.#state === 'document'
  }

  /** Moves on to the first byte of a document, to where an interrupted one goes on, or to the end of the chunk. */
  advance(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      this.#take(String.fromCharCode(chunk[at] ?? 0))
      if (this.inDocument) return at
    }
    return chunk.length
  }

  /** A line ends inside the document. In a `data:` line the document then goes on in the next one, or never. */
  lineEnded(chunk: Buffer, at: number): void {
    if (this.#inLine) this.#startLine(String.fromCharCode(chunk[at] ?? 0))
  }

  documentEnded(): void {
    this.#open = false
    this.#state = this.#inLine ? 'after_document' : 'line_start'
  }

  /** The body has ended: throws where it ended in the middle. */
  finish(): void {
    if (this.#open || this.#arrayDepth > 0 || this.#state === 'field_name') throw new UnreadableAnswer('the answer was cut short')
  }

  #take(character: string): void {
    if (this.#state === 'line_start') this.#takeAtLineStart(character)
    else if (this.#state === 'field_name') this.#takeInFieldName(character)
    else if (isLineEnd(character)) this.#startLine(character)
    else if (this.#state === 'data') this.#takeInData(character)
    else if (this.#state === 'after_document' && !BLANKS.includes(character)) throw notAnAnswer()
  }

  #takeAtLineStart(character: string): void {
    const endsReturn = this.#afterReturn && character === LINE_FEED
    this.#afterReturn = character === CARRIAGE_RETURN
    if (endsReturn || BLANKS.includes(character) || (!this.#begun && BYTE_ORDER_MARK.includes(character))) return
    this.#begun = true
    if (this.#open && isLineEnd(character)) throw new UnreadableAnswer('an event of the answer was cut short')
    if (this.#open) this.#startFieldName(character)
    else if (character === '{') this.#startDocument(false)
    else if (character === '[') this.#arrayDepth += 1
    else if (character === ']') this.#arrayDepth -= 1
    else if (character !== ',' && !isLineEnd(character)) this.#startFieldName(character)
  }

  #startFieldName(character: string): void {
    this.#fieldName = ''
    this.#state = 'field_name'
    this.#takeInFieldName(character)
  }

  #takeInFieldName(character: string): void {
    if (character !== ':') {
      this.#fieldName += character
      if (this.#fieldName.length > FIELD_NAME_MAX || isLineEnd(character)) throw notAnAnswer()
    } else if (this.#fieldName === 'data') {
      this.#state = 'data'
    } else if (OTHER_FIELDS.has(this.#fieldName)) {
      this.#state = 'rest_of_line'
    } else {
      throw notAnAnswer()
    }
  }

  #takeInData(character: string): void {
    if (BLANKS.includes(character)) return
    if (this.#open) this.#state = 'document'
    else if (character === '{') this.#startDocument(true)
    // Some relays end a stream with `data: [DONE]`; Google does not.
    else if (character === '[') this.#state = 'rest_of_line'
    else throw notAnAnswer()
  }

  #startDocument(inLine: boolean): void {
    this.#state = 'document'
    this.#open = true
    this.#inLine = inLine
    this.isEventStream ||= inLine
  }

  #startLine(lineEnd: string): void {
    this.#state = 'line_start'
    this.#afterReturn = lineEnd === CARRIAGE_RETURN
  }
}

function isLineEnd(character: string): boolean {
  return character === LINE_FEED || character === CARRIAGE_RETURN
}

function notAnAnswer(): UnreadableAnswer {
  return new UnreadableAnswer('the answer is neither JSON nor an event stream')
}
