import type { Media } from '../domain/media.ts'
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
