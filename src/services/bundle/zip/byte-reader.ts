/** Bytes that lie somewhere and can be read here and there. */
export interface ByteReader {
  /** In bytes. */
  readonly size: number
  /** Exactly `length` bytes from `at`; the caller has made sure that they are there. */
  read(at: number, length: number): Promise<DataView>
  /** The same in pieces. */
  stream(at: number, length: number): AsyncIterable<Uint8Array>
}

/** Reads in order from a record: little-endian numbers and text. */
export class RecordCursor {
  #at = 0
  readonly #view: DataView

  constructor(view: DataView) {
    this.#view = view
  }

  get left(): number {
    return this.#view.byteLength - this.#at
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** Throws RangeError beyond 2^53, which no archive we read reaches. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a number beyond 2^53')
    return Number(value)
  }

  skip(bytes: number): void {
    this.#take(bytes)
  }

  /** The next `bytes` bytes as a cursor of their own. */
  part(bytes: number): RecordCursor {
    const at = this.#take(bytes)
    return new RecordCursor(new DataView(this.#view.buffer, this.#view.byteOffset + at, bytes))
  }

  /** One character a byte. */
  latin1(bytes: number): string {
    const at = this.#take(bytes)
    return String.fromCharCode(...new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, bytes))
  }

  /** Throws RangeError where the record ends before. */
  #take(bytes: number): number {
    if (bytes > this.left) throw new RangeError('a record is cut short')
    const at = this.#at
    this.#at += bytes
    return at
  }
}
