/** The records of a zip archive (PKWARE APPNOTE 6.3.10), as they are written: everything stored, sizes after the bytes. */

export const SIGNATURES = Object.freeze({
  localHeader: 0x04034b50,
  descriptor: 0x08074b50,
  centralHeader: 0x02014b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
  end: 0x06054b50,
})

/** What a field of 32 or 16 bits says when its value is in the ZIP64 records. */
export const [IN_ZIP64_32, IN_ZIP64_16] = [0xffffffff, 0xffff]
export const ZIP64_EXTRA = 0x0001
/** Bit 3: sizes follow the bytes; bit 11: names are UTF-8. */
const FLAGS = 0x0808
const [STORED, VERSION, VERSION_ZIP64, MADE_BY_UNIX] = [0, 20, 45, 3 << 8]
/** 1 January 1980, the first day a zip can name: archives of the same content are the same bytes. */
const [DOS_TIME, DOS_DATE] = [0, 0x0021]
/** `-rw-r--r--` of a regular file. */
const UNIX_MODE = 0o100644 * 2 ** 16
const END64_BYTES_AFTER_SIZE = 44

export interface WrittenEntry {
  name: Uint8Array
  crc: number
  bytes: number
  /** Of its local header, from the start of the archive. */
  offset: number
}

export function localHeader(name: Uint8Array): Uint8Array {
  return record(
    [4, SIGNATURES.localHeader],
    ...([
      [2, VERSION],
      [2, FLAGS],
      [2, STORED],
      [2, DOS_TIME],
      [2, DOS_DATE],
    ] as const),
    ...([
      [4, 0],
      [4, 0],
      [4, 0],
      [2, name.length],
      [2, 0],
    ] as const),
    name,
  )
}

export function descriptor({ crc, bytes }: Pick<WrittenEntry, 'crc' | 'bytes'>): Uint8Array {
  return record([4, SIGNATURES.descriptor], [4, crc], [4, bytes], [4, bytes])
}

export function centralHeader({ name, crc, bytes, offset }: WrittenEntry): Uint8Array {
  const far = offset >= IN_ZIP64_32
  const extra = far ? record([2, ZIP64_EXTRA], [2, 8], [8, offset]) : new Uint8Array()
  const version = far ? VERSION_ZIP64 : VERSION
  return record(
    [4, SIGNATURES.centralHeader],
    ...([
      [2, MADE_BY_UNIX | version],
      [2, version],
      [2, FLAGS],
      [2, STORED],
      [2, DOS_TIME],
      [2, DOS_DATE],
    ] as const),
    ...([
      [4, crc],
      [4, bytes],
      [4, bytes],
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const),
    [4, UNIX_MODE],
    [4, far ? IN_ZIP64_32 : offset],
    name,
    extra,
  )
}

/** The end of an archive of `count` entries whose directory of `bytes` bytes starts at `offset`. */
export function endRecords(count: number, bytes: number, offset: number): Uint8Array {
  const far = count >= IN_ZIP64_16 || offset >= IN_ZIP64_32 || bytes >= IN_ZIP64_32
  const end64 = record(
    ...([
      [4, SIGNATURES.end64],
      [8, END64_BYTES_AFTER_SIZE],
      [2, MADE_BY_UNIX | VERSION_ZIP64],
      [2, VERSION_ZIP64],
    ] as const),
    ...([
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, bytes],
      [8, offset],
    ] as const),
    ...([
      [4, SIGNATURES.end64Locator],
      [4, 0],
      [8, offset + bytes],
      [4, 1],
    ] as const),
  )
  const count16 = Math.min(count, IN_ZIP64_16)
  const end = record(
    ...([
      [4, SIGNATURES.end],
      [2, 0],
      [2, 0],
      [2, count16],
      [2, count16],
    ] as const),
    ...([
      [4, Math.min(bytes, IN_ZIP64_32)],
      [4, far ? IN_ZIP64_32 : offset],
      [2, 0],
    ] as const),
  )
  return far ? record(end64, end) : end
}

type Field = readonly [bytes: 2 | 4 | 8, value: number] | Uint8Array

/** Little-endian numbers and bytes, one after the other. */
function record(...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + (field instanceof Uint8Array ? field.length : field[0]), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const field of fields) {
    if (field instanceof Uint8Array) bytes.set(field, at)
    else write(view, at, ...field)
    at += field instanceof Uint8Array ? field.length : field[0]
  }
  return bytes
}

function write(view: DataView, at: number, bytes: 2 | 4 | 8, value: number): void {
  if (bytes === 2) view.setUint16(at, value, true)
  else if (bytes === 4) view.setUint32(at, value, true)
  else view.setBigUint64(at, BigInt(value), true)
}
