/** What a caller may ask of the picture to be made. */

export const IMAGE_SIZES = ['512', '1K', '2K', '4K'] as const
export type ImageSize = (typeof IMAGE_SIZES)[number]

/** Ratios known to any image model (wire-facts §1.2); which model takes which is catalogue data. */
export const ASPECT_RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9', '1:4', '4:1', '1:8', '8:1'] as const
export type AspectRatio = (typeof ASPECT_RATIOS)[number]

export interface ImageSettings {
  aspectRatio?: AspectRatio | undefined
  size?: ImageSize | undefined
}
