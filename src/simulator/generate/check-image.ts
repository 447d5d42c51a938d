import type { BinaryValue } from '../wire/byte-sink.ts'

/** How a picture of each kind begins and ends. HEIC is told by its brand, WebP by its declared length. */
const READABLE: Readonly<Record<string, (image: BinaryValue) => boolean>> = {
  'image/jpeg': ({ head, tail }) => head.readUIntBE(0, 3) === 0xffd8ff && tail.includes(Buffer.from([0xff, 0xd9])),
  'image/png': ({ head, tail }) => head.toString('latin1', 1, 4) === 'PNG' && tail.includes('IEND'),
  'image/webp': ({ head, byteLength }) =>
    head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP' && head.readUInt32LE(4) + 8 <= byteLength + 1,
  'image/heic': isHeif,
  'image/heif': isHeif,
}

function isHeif({ head }: BinaryValue): boolean {
  return head.toString('latin1', 4, 8) === 'ftyp'
}

export const IMAGE_TYPES = Object.keys(READABLE)

/** Complete, and of the kind it says it is. Of a skimmed picture (`validation: 'fast'`) only the beginning is looked at. */
export function isReadableImage(image: BinaryValue, mimeType: string): boolean {
  if (image.head.length < 12) return false
  const skimmed = image.tail.length === 0
  return READABLE[mimeType]?.(skimmed ? { ...image, tail: ENDS } : image) ?? false
}

const ENDS = Buffer.concat([Buffer.from([0xff, 0xd9]), Buffer.from('IEND')])
