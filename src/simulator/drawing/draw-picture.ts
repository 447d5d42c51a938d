import { createHash } from 'node:crypto'
import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import { captionSvg } from './caption.ts'
import { editsFor } from './edits.ts'
import type { PictureSize } from './picture-size.ts'
import { sceneSvg } from './scene.ts'

export type DrawingOrder = {
  size: PictureSize
  mimeType: 'image/jpeg' | 'image/png'
  prompt: string
  /** 1-based, for the badge. */
  turn: number
  /** The picture to draw upon. */
  base?: Buffer
  /** Further images of the prompt; shown small at the edge. */
  references: Buffer[]
  /** A thought rather than the final picture: drawn grey. */
  draft: boolean
}

/**
 * A real picture in which one sees that turn N builds on turn N−1: the base, what the prompt's words do to it, a badge and a caption.
 * @throws whatever sharp throws where an input is no image
 */
export async function drawPicture(order: DrawingOrder): Promise<Buffer> {
  const { size } = order
  const chance = createHash('sha256').update(order.prompt).digest()
  const edits = order.base ? editsFor(order.prompt) : []
  const drawings = edits.map(({ drawing }) => drawing?.(size, chance) ?? '').join('')
  const caption = captionSvg(size, { turn: order.turn, prompt: order.prompt, hue: Math.round(((chance[0] ?? 0) / 256) * 360) })

  let picture = order.base ? await fitted(order.base, size) : sharp(svg(size, sceneSvg(size, chance)))
  for (const { pixels } of edits) if (pixels) picture = sharp(await pixels(picture).png({ compressionLevel: 0 }).toBuffer())
  const overlays: OverlayOptions[] = [{ input: svg(size, drawings + caption) }, ...(await Promise.all(order.references.map(inset(size))))]
  picture = picture.composite(overlays)
  if (order.draft) picture = sharp(await picture.png({ compressionLevel: 0 }).toBuffer()).grayscale()
  return encode(picture, order.mimeType)
}

/** Removes an alpha channel: later edits would see through it. */
async function fitted(base: Buffer, { width, height }: PictureSize): Promise<Sharp> {
  const pixels = await sharp(base)
    .flatten({ background: '#fff' })
    .resize(width, height, { fit: 'cover' })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return sharp(pixels)
}

function inset(size: PictureSize): (image: Buffer, index: number) => Promise<OverlayOptions> {
  const edge = Math.round(Math.min(size.width, size.height) * 0.2)
  const columns = Math.max(1, Math.floor(size.width / (edge * 1.1)))
  return async (image, index) => ({
    input: await sharp(image).resize(edge, edge, { fit: 'cover' }).png().toBuffer(),
    left: Math.round((index % columns) * edge * 1.1),
    top: Math.min(size.height - edge, Math.round(Math.floor(index / columns) * edge * 1.1)),
  })
}

function svg({ width, height }: PictureSize, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`)
}

function encode(picture: Sharp, mimeType: DrawingOrder['mimeType']): Promise<Buffer> {
  return mimeType === 'image/jpeg' ? picture.jpeg({ quality: 88 }).toBuffer() : picture.png({ compressionLevel: 4 }).toBuffer()
}
