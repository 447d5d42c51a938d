import type { BinaryValue } from '../wire/byte-sink.ts'
import { readLineage } from './lineage.ts'
import type { PictureSize } from './picture-size.ts'

const SOF_MARKERS = new Set([0xc0, 0xc1, 0xc2, 0xc3])

/** Width and height in pixels from the first bytes of an image; `undefined` where they do not tell. */
export function measureImage({ head }: BinaryValue): PictureSize | undefined {
  const lineage = readLineage(head)
  if (lineage) return { width: lineage.width, height: lineage.height }
  if (head.toString('latin1', 1, 4) === 'PNG') return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  return head[0] === 0xff ? measureJpeg(head) : undefined
}

function measureJpeg(head: Buffer): PictureSize | undefined {
  for (let at = 2; at + 9 < head.length; at += 2 + head.readUInt16BE(at + 2)) {
    if (SOF_MARKERS.has(head[at + 1] ?? 0)) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) }
  }
  return undefined
}
