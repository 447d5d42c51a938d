/** Writes a zip as a stream: one file after the other, nothing compressed, nothing held but a line per file. */
import type { Checksums } from '../../../domain/bundle/checksums.ts'
import { centralHeader, descriptor, endRecords, IN_ZIP64_32, localHeader, type WrittenEntry } from './zip-records.ts'

export interface FileToZip {
  /** ASCII or UTF-8, with slashes. */
  name: string
  bytes: AsyncIterable<Uint8Array>
}

/**
 * The archive's bytes. ZIP64 where it is longer than 4 GiB or has more than 65,534 files. Each file is pulled when its turn
 * has come. Throws RangeError for a single file of 4 GiB or more, which its header has no room for.
 */
export async function* writeZip(files: AsyncIterable<FileToZip>, { crc32 }: Checksums): AsyncGenerator<Uint8Array> {
  const written: WrittenEntry[] = []
  let offset = 0
  for await (const file of files) {
    const name = new TextEncoder().encode(file.name)
    const header = localHeader(name)
    yield header
    let [crc, bytes] = [0, 0]
    for await (const piece of file.bytes) {
      crc = crc32(piece, crc)
      bytes += piece.length
      if (bytes >= IN_ZIP64_32) throw new RangeError(`${file.name} has 4 GiB or more`)
      yield piece
    }
    const tail = descriptor({ crc, bytes })
    yield tail
    written.push({ name, crc, bytes, offset })
    offset += header.length + bytes + tail.length
  }
  let directoryBytes = 0
  for (const entry of written) {
    const header = centralHeader(entry)
    directoryBytes += header.length
    yield header
  }
  yield endRecords(written.length, directoryBytes, offset)
}
