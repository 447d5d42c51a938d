/** Bytes appended piece by piece, up to a limit. */
import { Buffer } from 'node:buffer'
import { UnreadableAnswer } from './unreadable-answer.ts'

export class GrowingBytes {
  length = 0
  #bytes: Buffer = Buffer.allocUnsafe(4096)
  readonly #bytesMax: number
  readonly #what: string

  /** @param what names the contents in the error thrown above `bytesMax`. */
  constructor(bytesMax: number, what: string) {
    this.#bytesMax = bytesMax
    this.#what = what
  }

  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.#bytesMax) throw new UnreadableAnswer(`${this.#what} is longer than ${this.#bytesMax} bytes`)
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.length)
      this.#bytes = larger
    }
    source.copy(this.#bytes, this.length, start, end)
    this.length = length
  }

  text(start = 0, end = this.length): string {
    return this.#bytes.toString('utf8', start, end)
  }

  clear(): void {
    this.length = 0
  }
}
