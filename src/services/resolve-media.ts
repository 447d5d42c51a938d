import type { Media } from '../domain/media.ts'
import type { ImageBlob, InputPart } from '../domain/part.ts'
import { RequestError } from '../domain/problem.ts'
import type { ServiceContext } from './context.ts'
import { reachableMedia } from './scope.ts'

export type NewInputPart = { type: 'text'; text: string } | { type: 'image'; mediaId: string }

/** The media the parts name, by id, besides those in `known`. Throws `invalid_request` for what the caller has not got. */
export async function resolveMedia(
  ctx: ServiceContext,
  parts: readonly NewInputPart[],
  known: ReadonlyMap<string, unknown> = new Map(),
): Promise<Map<string, Media>> {
  const ids = parts.flatMap((part) => (part.type === 'image' && !known.has(part.mediaId) ? [part.mediaId] : []))
  const found = new Map((await reachableMedia(ctx, ids)).map((media) => [media.id, media]))
  const errors = parts.flatMap((part, index) =>
    part.type === 'image' && !known.has(part.mediaId) && !found.has(part.mediaId)
      ? [{ path: `parts.${index}.mediaId`, message: `there is no media ${part.mediaId}` }]
      : [],
  )
  if (errors.length > 0) throw new RequestError('invalid_request', 'The turn names media that do not exist.', { errors })
  return found
}

/** The parts with what is known of their images; those whose image is unknown are left out. */
export function inputParts(parts: readonly NewInputPart[], media: ReadonlyMap<string, ImageBlob>): InputPart[] {
  return parts.flatMap((part): InputPart[] => {
    if (part.type === 'text') return [part]
    const image = media.get(part.mediaId)
    return image === undefined
      ? []
      : [{ type: 'image', mediaId: part.mediaId, sha256: image.sha256, bytes: image.bytes, mimeType: image.mimeType }]
  })
}
