/** Reads an image file's structure through a small window, so that looking at a picture costs the same whatever its size. */
import type { ByteSource } from './byte-source.ts'

const WINDOW_BYTES = 64 * 1024

/** The bytes are not the image they claim to be. `message` says what is wrong, in words for the one who sent them. */
export class UnreadableImage extends Error {
  override name = 'UnreadableImage'
}

export interface ImageReader {
  readonly size: number
  /** Exactly `length` bytes from `at`. Throws `UnreadableImage` where the file ends before. */
  view(at: number, length: number): Promise<DataView<ArrayBufferLike>>
  /** The bytes at hand from `at`, at least `least` of them. Throws `UnreadableImage` where the file ends before. */
  some(at: number, least: number): Promise<Uint8Array>
}

export function createImageReader(source: ByteSource): ImageReader {
  let window: Uint8Array = new Uint8Array()
  let windowAt = 0

  async function some(at: number, least: number): Promise<Uint8Array> {
    if (at < 0 || at + least > source.size) throw new UnreadableImage('The file ends in the middle of the image')
    if (at < windowAt || at + least > windowAt + window.byteLength) {
      window = await source.read(at, Math.max(least, WINDOW_BYTES))
      windowAt = at
      if (window.byteLength < least) throw new UnreadableImage('The file is shorter than it should be')
    }
    return window.subarray(at - windowAt)
  }

  return {
    size: source.size,
    some,
    async view(at, length) {
      const bytes = await some(at, length)
      return new DataView(bytes.buffer, bytes.byteOffset, length)
    },
  }
}

/** A character for each byte. For names of some bytes, not for whole files. */
export function latin1(view: DataView): string {
  return String.fromCharCode(...bytesOf(view))
}

/** The four characters at `at`, as PNG, RIFF and ISO files name their boxes. */
export function fourCharacters(view: DataView, at: number): string {
  return latin1(new DataView(view.buffer, view.byteOffset + at, 4))
}

export function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** What a format's parser tells: pixels as stored, and how to turn them (EXIF 2.32 §4.6.4, 1 to 8) to see them upright. */
export interface PictureSize {
  width: number
  height: number
  orientation: number
}
