/** Whether a model can make what was asked, and what would have to give way. Never silently: the caller must have allowed it. */
import type { ModelEntry } from '../domain/catalogue.ts'
import { IMAGE_SIZES, type ImageSettings, type ImageSize } from '../domain/image-settings.ts'
import type { Degradable } from '../domain/session.ts'

type Capabilities = Pick<ModelEntry, 'sizes' | 'aspectRatios' | 'referenceImagesMax'>

export interface FittedImage {
  image: ImageSettings
  degraded: readonly Degradable[]
}

const NOTHING: readonly Degradable[] = Object.freeze([])

/**
 * What to ask of the model for these settings and so many reference images, or null if it cannot and `allowed` does not let
 * it. A missing size gives way to the next smaller one the model has (or its smallest), a ratio to the model's own choice,
 * references to the newest few. `smaller` asks for one size less than otherwise.
 */
export function fitImage(
  model: Capabilities,
  asked: ImageSettings,
  referenceImages: number,
  allowed: readonly Degradable[],
  smaller: boolean,
): FittedImage | null {
  const askedSize = asked.size ?? '1K'
  const fitting = model.sizes.includes(askedSize) ? askedSize : nearestSize(model.sizes, askedSize)
  const size = smaller ? nextSmallerSize(model.sizes, fitting) : fitting
  if (size === null) return null
  const lacksRatio = asked.aspectRatio !== undefined && !model.aspectRatios.includes(asked.aspectRatio)
  const lacksRoom = referenceImages > model.referenceImagesMax
  if (size === askedSize && !lacksRatio && !lacksRoom) return { image: asked, degraded: NOTHING }
  const degraded: Degradable[] = []
  if (size !== askedSize) degraded.push('size')
  if (lacksRatio) degraded.push('aspectRatio')
  if (lacksRoom) degraded.push('references')
  if (!degraded.every((what) => allowed.includes(what))) return null
  const image = { size: size === askedSize ? asked.size : size, aspectRatio: lacksRatio ? undefined : asked.aspectRatio }
  return { image, degraded }
}

function nearestSize(sizes: readonly ImageSize[], asked: ImageSize): ImageSize | null {
  return nextSmallerSize(sizes, asked) ?? IMAGE_SIZES.find((size) => sizes.includes(size)) ?? null
}

function nextSmallerSize(sizes: readonly ImageSize[], than: ImageSize | null): ImageSize | null {
  const smaller = IMAGE_SIZES.filter((size) => than !== null && IMAGE_SIZES.indexOf(size) < IMAGE_SIZES.indexOf(than))
  return smaller.findLast((size) => sizes.includes(size)) ?? null
}
