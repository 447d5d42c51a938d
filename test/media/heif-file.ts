/** HEIC files made by hand, box by box, around one picture coded once with x265: no encoder of HEVC is at hand. */

/** 64 × 64: red, green / blue, white in quarters of 32 × 24, and below them 16 rows more of blue and white. */
const CODED_PICTURE = Buffer.from(
  'AAAAligBrxOA5TH3/79lP+HdP8tyZk6gxC/8FD7sSr+muLEG46eJ9Ci/xnr/LuIgo0Jnn/6M7dXMGGuJPUQUN50vd6hIn5SrEdu636Wrvu7PQtpdAf5U5QgAjGpF' +
    '/LgSDgD/EYnH5FmEBSLB/1cj/oaVkdEGWkXkCjP/juOuZ0ozZKXSwStCbtBVXd+tdrq6h0qG7np/PZ1SwA==',
  'base64',
)
const DECODER_SETTINGS = Buffer.from(
  'AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uBAQMCAAAAMA' +
    'IAAAAwAhIgABAAZEAcFzwIk=',
  'base64',
)

export interface HeifProperties {
  brands?: readonly string[]
  /** Of the coded picture: 64 × 64 for it to be decoded, anything for it to be looked at. */
  width?: number
  height?: number
  /** Quarter turns, anticlockwise. */
  turns?: number
  /** From the middle. */
  crop?: { width: number; height: number }
  profile?: Uint8Array
}

/**
 * A HEIC as phones write it: the first size in it is that of a tile, the picture's own comes after, and only the
 * associations of the primary item tell which is which.
 */
export function heifFile(given: HeifProperties = {}): Buffer {
  const [major = 'heic', ...compatible] = given.brands ?? ['heic', 'mif1', 'heic']
  const ftyp = box('ftyp', Buffer.from(major), uint32(0), Buffer.from(compatible.join('')))
  const dataAt = ftyp.length + metaBox(given, 0).length + 8
  return Buffer.concat([ftyp, metaBox(given, dataAt), box('mdat', CODED_PICTURE)])
}

function metaBox({ width = 64, height = 64, turns = 0, crop, profile }: HeifProperties, dataAt: number): Buffer {
  const properties = [
    box('ispe', uint32(0, 512, 512)),
    box('hvcC', DECODER_SETTINGS),
    box('ispe', uint32(0, width, height)),
    ...(profile ? [box('colr', Buffer.from('prof'), profile)] : []),
    ...(crop ? [box('clap', uint32(crop.width, 1, crop.height, 1, 0, 1, 0, 1))] : []),
    box('irot', Buffer.of(turns)),
  ]
  const own = properties.map((_, n) => n + 1).slice(1)
  const associations = Buffer.of(0, 1, 0, 2, own.length, ...own.map((number) => number | 0x80))
  return box(
    'meta',
    uint32(0),
    box('hdlr', uint32(0, 0), Buffer.from('pict'), uint32(0, 0, 0), Buffer.of(0)),
    box('pitm', uint32(0), Buffer.of(0, 2)),
    box('iloc', uint32(0), Buffer.of(0x44, 0, 0, 1, 0, 2, 0, 0, 0, 1), uint32(dataAt, CODED_PICTURE.length)),
    box('iinf', uint32(0), Buffer.of(0, 1), box('infe', uint32(0x02000000), Buffer.of(0, 2, 0, 0), Buffer.from('hvc1'), Buffer.of(0))),
    box('iprp', box('ipco', ...properties), box('ipma', uint32(0), Buffer.of(0, 0), associations)),
  )
}

function box(type: string, ...content: Uint8Array[]): Buffer {
  const data = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), ...content])
  data.writeUInt32BE(data.length)
  return data
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [n, value] of values.entries()) bytes.writeUInt32BE(value, n * 4)
  return bytes
}
