import type { SimulatorSettings } from '../options.ts'
import { createSeededRandom } from '../seeded-random.ts'
import type { BinaryValue } from '../wire/byte-sink.ts'
import { type DrawingOrder, drawPicture } from './draw-picture.ts'
import { embedLineage, readLineage } from './lineage.ts'
import { measureImage } from './measure-image.ts'
import { pictureSize } from './picture-size.ts'

export type PaintingOrder = {
  responseId: string
  model: string
  mimeType: DrawingOrder['mimeType']
  imageSize: string
  aspectRatio?: string
  prompt: string
  /** All images of the request, in order; `base` is the one among them that is edited. */
  inputs: BinaryValue[]
  base?: BinaryValue
  /** Those shown beside the base. */
  references: BinaryValue[]
  draft: boolean
}

export type Painter = (order: PaintingOrder) => Promise<Buffer>

const PADDING_BYTES = 65_533

/** Makes pictures: drawn one by one, or from a stock of one per size where speed is what counts. Both carry their lineage. */
export function createPainter(settings: SimulatorSettings): Painter {
  const padding = noise(settings.seed)
  const stock = new Map<string, Promise<Buffer>>()

  const canned = (drawing: DrawingOrder): Promise<Buffer> => {
    const { size, mimeType } = drawing
    const key = `${mimeType} ${size.width}x${size.height}`
    const picture = stock.get(key) ?? drawPicture({ size, mimeType, prompt: 'canned', turn: 1, references: [], draft: false })
    stock.set(key, picture)
    return picture
  }

  return async (order) => {
    const { imageSize, aspectRatio } = order
    const size = pictureSize({ imageSize, aspectRatio, base: order.base && measureImage(order.base), edge1kPx: settings.edge1kPx })
    const turn = 1 + (order.base ? (readLineage(order.base.head)?.turn ?? 0) : 0)
    const drawing: DrawingOrder = {
      ...{ size, turn, mimeType: order.mimeType, prompt: order.prompt, draft: order.draft },
      references: order.references.flatMap(({ bytes }) => bytes ?? []),
      ...(order.base?.bytes ? { base: order.base.bytes } : {}),
    }
    const picture = await (settings.drawing === 'canned' ? canned(drawing) : drawPicture(drawing))
    const lineage = {
      ...{ responseId: order.responseId, turn, model: order.model, ...size },
      ...(order.base ? { parent: order.base.sha256 } : {}),
      inputs: order.inputs.map(({ sha256 }) => sha256),
    }
    return embedLineage(picture, { lineage, mimeType: order.mimeType, bytesMin: settings.imageBytes, padding })
  }
}

function noise(seed: string): Buffer {
  const random = createSeededRandom(seed)
  const blocks = Array.from({ length: Math.ceil(PADDING_BYTES / 32) }, (_, index) => random.bytes(32, 'padding', index))
  return Buffer.concat(blocks).subarray(0, PADDING_BYTES)
}
