/** HEIF (ISO/IEC 23008-12): an ISO file whose `meta` box names the primary picture and the properties that describe it. */
import { bytesOf, fourCharacters, type ImageReader, type PictureSize, UnreadableImage } from './image-reader.ts'

const TOP_LEVEL_BOXES_MAX = 200

/** A phone's picture of 48 tiles needs 4 KB. */
const META_BYTES_MAX = 1024 * 1024

/** Kinds of `colr` box that hold an ICC profile (ISO/IEC 14496-12 §12.1.5). */
const ICC_KINDS: readonly string[] = ['prof', 'rICC']

interface Box {
  type: string
  /** Of the content, behind size and type. */
  start: number
  end: number
}

/**
 * Size of the primary picture as displayed: cropped and turned by its own properties, which stand in the file instead of an
 * EXIF orientation, so `orientation` is always 1. Checks that the file is whole. Throws `UnreadableImage`.
 */
export async function inspectHeif(reader: ImageReader): Promise<PictureSize> {
  const view = await readMeta(reader)
  return { ...guarded(() => displayedSize(view, primaryProperties(view))), orientation: 1 }
}

async function readMeta(reader: ImageReader): Promise<DataView> {
  const meta = await findMeta(reader)
  if (meta.end - meta.start > META_BYTES_MAX) throw new UnreadableImage('The description in the HEIF file is too large')
  return reader.view(meta.start, meta.end - meta.start)
}

/** Offsets in the file that point outside its description are caught by DataView. */
function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof RangeError ? new UnreadableImage('The description in the HEIF file is damaged') : error
  }
}

async function findMeta(reader: ImageReader): Promise<Box> {
  let meta: Box | null = null
  let hasData = false
  let at = 0
  for (let n = 0; n < TOP_LEVEL_BOXES_MAX && at < reader.size; n++) {
    const head = await reader.view(at, Math.min(16, reader.size - at))
    const box = readBox(head, at, reader.size)
    if (box.type === 'meta') meta ??= box
    hasData ||= box.type === 'mdat'
    at = box.end
  }
  if (at < reader.size) throw new UnreadableImage('The HEIF file has too many boxes')
  if (meta === null || !hasData) throw new UnreadableImage('The HEIF file lacks its picture or the description of it')
  return meta
}

/** The box whose first bytes are in `head`; `at` is where it stands, `limit` where what holds it ends (ISO/IEC 14496-12 §4.2). */
function readBox(head: DataView, at: number, limit: number): Box {
  if (head.byteLength < 8) throw new UnreadableImage('The HEIF file ends in the middle of a box')
  const short = head.getUint32(0)
  const isLong = short === 1 && head.byteLength >= 16
  const size = isLong ? Number(head.getBigUint64(8)) : short === 0 ? limit - at : short
  const start = at + (isLong ? 16 : 8)
  if (at + size < start || at + size > limit) throw new UnreadableImage('The HEIF file ends in the middle of a box')
  return { type: fourCharacters(head, 4), start, end: at + size }
}

function* boxesIn(view: DataView, start: number, end: number): Generator<Box> {
  for (let at = start; at < end; ) {
    const box = readBox(new DataView(view.buffer, view.byteOffset + at, Math.min(16, end - at)), at, end)
    yield box
    at = box.end
  }
}

/** The ICC profile of the primary picture, byte for byte; null when it has none. Throws `UnreadableImage`. */
export async function readHeifProfile(reader: ImageReader): Promise<Uint8Array | null> {
  const view = await readMeta(reader)
  const colour = guarded(() =>
    primaryProperties(view).find(({ type, start }) => type === 'colr' && ICC_KINDS.includes(fourCharacters(view, start))),
  )
  return colour ? bytesOf(view).slice(colour.start + 4, colour.end) : null
}

/** The properties of the primary picture, in the order in which they apply. `view` is the content of `meta`, behind its size and type. */
function primaryProperties(view: DataView): Box[] {
  const boxes = [...boxesIn(view, 4, view.byteLength)]
  const primary = boxes.find((box) => box.type === 'pitm')
  const properties = boxes.find((box) => box.type === 'iprp')
  if (!primary || !properties) throw new UnreadableImage('The HEIF file does not say which picture to show')
  const item = view.getUint8(primary.start) === 0 ? view.getUint16(primary.start + 4) : view.getUint32(primary.start + 4)
  const inside = [...boxesIn(view, properties.start, properties.end)]
  const container = inside.find((box) => box.type === 'ipco')
  const known = container ? [...boxesIn(view, container.start, container.end)] : []
  const own = inside.filter((box) => box.type === 'ipma').flatMap((box) => propertyNumbers(view, box, item))
  return own.flatMap((number) => known[number - 1] ?? [])
}

/** The properties `item` has by an `ipma` box, in the order in which they apply; numbered from 1. */
function propertyNumbers(view: DataView, box: Box, item: number): number[] {
  const wideItems = view.getUint8(box.start) > 0
  const wideNumbers = (view.getUint8(box.start + 3) & 1) === 1
  const numbers: number[] = []
  let at = box.start + 8
  for (let left = view.getUint32(box.start + 4); left > 0 && at < box.end; left--) {
    const owner = wideItems ? view.getUint32(at) : view.getUint16(at)
    at += wideItems ? 4 : 2
    const count = view.getUint8(at++)
    for (let n = 0; n < count; n++, at += wideNumbers ? 2 : 1) {
      if (owner === item) numbers.push(wideNumbers ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f)
    }
  }
  return numbers
}

function displayedSize(view: DataView, properties: readonly Box[]): { width: number; height: number } {
  let size = { width: 0, height: 0 }
  for (const { type, start } of properties) {
    if (type === 'ispe') size = { width: view.getUint32(start + 4), height: view.getUint32(start + 8) }
    if (type === 'clap') size = { width: fraction(view, start), height: fraction(view, start + 8) }
    if (type === 'irot' && (view.getUint8(start) & 1) === 1) size = { width: size.height, height: size.width }
  }
  return size
}

function fraction(view: DataView, at: number): number {
  const denominator = view.getUint32(at + 4)
  return denominator === 0 ? 0 : Math.round(view.getUint32(at) / denominator)
}
