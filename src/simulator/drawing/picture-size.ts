/** Edges of a picture by the name of its size, in units of a 1K edge. */
const SIZE_FACTOR: Readonly<Record<string, number>> = { '512': 0.5, '1K': 1, '2K': 2, '4K': 4 }
const GRID_PX = 16
const RATIO_MIN = 1 / 8
const RATIO_MAX = 8

export type PictureSize = { width: number; height: number }

type SizeOrder = { imageSize: string; aspectRatio: string | undefined; base: PictureSize | undefined; edge1kPx: number }

/**
 * Width and height in pixels: the area of the size's square, in the ratio asked for, else the ratio of the image that is edited,
 * else a square (wire-facts §1.2).
 */
export function pictureSize(input: SizeOrder): PictureSize {
  const ratio = Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratioOf(input)))
  const edge = input.edge1kPx * (SIZE_FACTOR[input.imageSize] ?? 1)
  return { width: toGrid(edge * Math.sqrt(ratio)), height: toGrid(edge / Math.sqrt(ratio)) }
}

function ratioOf({ aspectRatio, base }: SizeOrder): number {
  const [width, height] = aspectRatio?.split(':').map(Number) ?? []
  if (width && height) return width / height
  return base && base.height > 0 ? base.width / base.height : 1
}

function toGrid(px: number): number {
  return Math.max(GRID_PX, Math.round(px / GRID_PX) * GRID_PX)
}
