/** Reads one file of a zip, and proves on the way that it is what the directory says. */
import type { Checksums } from '../../../domain/bundle/checksums.ts'
import { BUNDLE_LIMITS } from '../../../domain/bundle/limits.ts'
import { refuse } from '../refuse-bundle.ts'
import { type ByteReader, RecordCursor } from './byte-reader.ts'
import type { ZipEntry } from './read-directory.ts'
import { SIGNATURES } from './zip-records.ts'

const LOCAL_HEADER_BYTES = 30
const METHOD_NUMBERS: Readonly<Record<ZipEntry['method'], number>> = { stored: 0, deflated: 8 }
/** Any file may unpack to this much, however small it is. */
const INFLATION_FREE_BYTES = 1024 * 1024

/**
 * The file's bytes, unpacked: never more than declared, nor than `bytesMax`. Throws `invalid_request` for a local header that
 * says otherwise than the directory, for bytes that cannot be unpacked or unpack to too much, and at the end for a wrong sum.
 */
export async function* readEntry(archive: ByteReader, entry: ZipEntry, bytesMax: number, { crc32 }: Checksums): AsyncGenerator<Uint8Array> {
  const { name, method, compressedBytes } = entry
  if (entry.bytes > bytesMax) throw refuse(name, `has ${entry.bytes} bytes; at most ${bytesMax} are taken`)
  if (entry.bytes > INFLATION_FREE_BYTES + compressedBytes * BUNDLE_LIMITS.inflationMax)
    throw refuse(name, 'unpacks to far more than it should')
  const start = await dataStart(archive, entry)
  const packed = archive.stream(start, compressedBytes)
  let [crc, bytes] = [0, 0]
  for await (const piece of method === 'stored' ? packed : inflate(packed, name)) {
    bytes += piece.length
    if (bytes > entry.bytes) break
    crc = crc32(piece, crc)
    yield piece
  }
  if (bytes !== entry.bytes) throw refuse(name, `has not the ${entry.bytes} bytes that the zip says`)
  if (crc !== entry.crc) throw refuse(name, 'is damaged: its CRC-32 is another')
}

async function dataStart(archive: ByteReader, { name, method, offset, compressedBytes, endMax }: ZipEntry): Promise<number> {
  const differs = () => refuse(name, 'is another in the zip than in its directory')
  if (offset + LOCAL_HEADER_BYTES + name.length > endMax) throw differs()
  const cursor = new RecordCursor(await archive.read(offset, LOCAL_HEADER_BYTES + name.length))
  const signature = cursor.u32()
  cursor.skip(4)
  const localMethod = cursor.u16()
  cursor.skip(16)
  const [nameBytes, extraBytes] = [cursor.u16(), cursor.u16()]
  const sameName = nameBytes === name.length && cursor.latin1(name.length) === name
  if (signature !== SIGNATURES.localHeader || localMethod !== METHOD_NUMBERS[method] || !sameName) throw differs()
  const start = offset + LOCAL_HEADER_BYTES + nameBytes + extraBytes
  if (start + compressedBytes > endMax) throw differs()
  return start
}

async function* inflate(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* pulled(packed).pipeThrough(new DecompressionStream('deflate-raw'))
  } catch (error) {
    throw error instanceof TypeError ? refuse(name, 'cannot be unpacked') : error
  }
}

/** Copies, since a decompressor wants memory that is nobody else's. */
function pulled(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: async () => {
      await iterator.return?.()
    },
  })
}
