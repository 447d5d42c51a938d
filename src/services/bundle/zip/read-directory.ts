/**
 * Reads what a zip says it holds, from its directory at the end: the only list there is that cannot contradict itself. Takes a
 * strict subset, so that no two readers could understand the archive differently: one disk, no encryption, nothing before
 * or between what the directory lists, every name once.
 */
import { BUNDLE_LIMITS } from '../../../domain/bundle/limits.ts'
import { refuse } from '../refuse-bundle.ts'
import { type ByteReader, RecordCursor } from './byte-reader.ts'
import { IN_ZIP64_16, IN_ZIP64_32, SIGNATURES, ZIP64_EXTRA } from './zip-records.ts'

export interface ZipEntry {
  name: string
  method: 'stored' | 'deflated'
  crc: number
  compressedBytes: number
  /** Uncompressed, as declared: reading it proves it. */
  bytes: number
  /** Of its local header, and where at the latest its bytes must have ended: the next one's, or the directory's. */
  offset: number
  endMax: number
}

interface Directory {
  entries: number
  bytes: number
  offset: number
}

/** Entries of their own in zips that people pack by hand. */
const FOLDERS: readonly string[] = ['media/', 'signatures/']
const END_BYTES = 22
const COMMENT_BYTES_MAX = 0xffff
const LOCATOR_BYTES = 20
const END64_BYTES = 56
const CENTRAL_HEADER_BYTES = 46
const DIRECTORY_BYTES_MAX = 16 * 1024 * 1024
/** Bundle, manifest, the two folders and the files. */
const ENTRIES_MAX = BUNDLE_LIMITS.filesMax + 4
const METHODS: Readonly<Record<number, ZipEntry['method']>> = { 0: 'stored', 8: 'deflated' }
/** Encrypted, patched, strongly encrypted, masked. */
const FLAGS_REFUSED = 0x2061

/** Every file of the archive, by name; the folders they are in are passed over. Throws `invalid_request` for an archive that is cut or not strict. */
export async function readDirectory(archive: ByteReader): Promise<Map<string, ZipEntry>> {
  try {
    const directory = await findDirectory(archive)
    const cursor = new RecordCursor(await archive.read(directory.offset, directory.bytes))
    const entries = Array.from({ length: directory.entries }, () => readEntry(cursor))
    if (cursor.left > 0) throw new RangeError('its directory holds more than it says')
    return settle(entries, directory)
  } catch (error) {
    throw error instanceof RangeError ? refuse('', `the zip cannot be read: ${error.message}`) : error
  }
}

async function findDirectory(archive: ByteReader): Promise<Directory> {
  const tailBytes = Math.min(archive.size, END_BYTES + COMMENT_BYTES_MAX)
  const tail = await archive.read(archive.size - tailBytes, tailBytes)
  const at = findEnd(tail)
  if (at === null) throw new RangeError('its end is missing; it may have been cut short')
  const endAt = archive.size - tailBytes + at
  const cursor = new RecordCursor(new DataView(tail.buffer, tail.byteOffset + at, END_BYTES))
  cursor.skip(4)
  const disks = [cursor.u16(), cursor.u16()]
  const [onDisk, entries, bytes, offset] = [cursor.u16(), cursor.u16(), cursor.u32(), cursor.u32()]
  const far = entries === IN_ZIP64_16 || bytes === IN_ZIP64_32 || offset === IN_ZIP64_32
  const directory = far ? await readEnd64(archive, endAt) : { entries, bytes, offset, end: endAt }
  if (disks.some((disk) => disk !== 0) || onDisk !== entries) throw new RangeError('it is one of several parts')
  if (directory.entries > ENTRIES_MAX || directory.bytes > DIRECTORY_BYTES_MAX) {
    throw new RangeError(`it lists ${directory.entries} files; at most ${ENTRIES_MAX} are taken`)
  }
  if (directory.offset + directory.bytes !== directory.end) throw new RangeError('its directory is not where its end says')
  return directory
}

/** The end record whose comment reaches exactly to the end of the archive. */
function findEnd(tail: DataView): number | null {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) === SIGNATURES.end && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength) return at
  }
  return null
}

async function readEnd64(archive: ByteReader, endAt: number): Promise<Directory & { end: number }> {
  if (endAt < LOCATOR_BYTES + END64_BYTES) throw new RangeError('its ZIP64 end is missing')
  const locator = new RecordCursor(await archive.read(endAt - LOCATOR_BYTES, LOCATOR_BYTES))
  const [signature, disk, end, disks] = [locator.u32(), locator.u32(), locator.u64(), locator.u32()]
  if (signature !== SIGNATURES.end64Locator || disk !== 0 || disks > 1 || end !== endAt - LOCATOR_BYTES - END64_BYTES) {
    throw new RangeError('its ZIP64 end is not where it should be')
  }
  const cursor = new RecordCursor(await archive.read(end, END64_BYTES))
  if (cursor.u32() !== SIGNATURES.end64) throw new RangeError('its ZIP64 end is missing')
  cursor.skip(20)
  const [onDisk, entries, bytes, offset] = [cursor.u64(), cursor.u64(), cursor.u64(), cursor.u64()]
  if (onDisk !== entries) throw new RangeError('it is one of several parts')
  return { entries, bytes, offset, end }
}

function readEntry(cursor: RecordCursor): Omit<ZipEntry, 'endMax'> {
  if (cursor.left < CENTRAL_HEADER_BYTES || cursor.u32() !== SIGNATURES.centralHeader) throw new RangeError('its directory is damaged')
  cursor.skip(4)
  const [flags, methodNumber] = [cursor.u16(), cursor.u16()]
  cursor.skip(4)
  const [crc, packed, unpacked] = [cursor.u32(), cursor.u32(), cursor.u32()]
  const [nameBytes, extraBytes, commentBytes, disk] = [cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()]
  cursor.skip(6)
  const near = cursor.u32()
  const name = cursor.latin1(nameBytes)
  const far = readZip64(cursor.part(extraBytes))
  cursor.skip(commentBytes)
  // The ZIP64 record holds only what the header had no room for, in this order.
  const bytes = unpacked === IN_ZIP64_32 ? far() : unpacked
  const compressedBytes = packed === IN_ZIP64_32 ? far() : packed
  const offset = near === IN_ZIP64_32 ? far() : near
  const method = METHODS[methodNumber]
  if ((flags & FLAGS_REFUSED) !== 0 || disk !== 0) throw refuse(name, 'is encrypted, or lies in another part of the archive')
  if (method === undefined) throw refuse(name, 'is compressed in a way that is not taken; use deflate, or store it')
  return { name, method, crc, compressedBytes, bytes, offset }
}

/** Gives the numbers of the ZIP64 record one by one. */
function readZip64(extra: RecordCursor): () => number {
  while (extra.left >= 4) {
    const [id, bytes] = [extra.u16(), extra.u16()]
    const field = extra.part(bytes)
    if (id === ZIP64_EXTRA) return () => field.u64()
  }
  return () => {
    throw new RangeError('a number of its directory is missing')
  }
}

function settle(found: readonly Omit<ZipEntry, 'endMax'>[], directory: Directory): Map<string, ZipEntry> {
  const inOrder = [...found].sort((a, b) => a.offset - b.offset)
  if ((inOrder[0]?.offset ?? 0) !== 0) throw new RangeError('something stands before its first file')
  const entries = new Map<string, ZipEntry>()
  for (const [index, entry] of inOrder.entries()) {
    const endMax = inOrder[index + 1]?.offset ?? directory.offset
    if (entry.offset + entry.compressedBytes > endMax) throw refuse(entry.name, 'overlaps with another file of the zip')
    if (entries.has(entry.name)) throw refuse(entry.name, 'is in the zip twice')
    if (entry.bytes > 0 || !FOLDERS.includes(entry.name)) entries.set(entry.name, { ...entry, endMax })
  }
  return entries
}
