/** Parts of a turn, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { InputPart, ModelPart } from '../../domain/part.ts'
import type { InputPartShown, OutputPart } from '../contract/part.ts'
import type { TurnResource } from '../contract/turn.ts'
import type { MediaLinks } from './media-links.ts'

type PartShown = z.input<typeof OutputPart>

/** Images by id and address, never by their bytes. */
export function presentInput(parts: readonly InputPart[], tenantId: string, links: MediaLinks): Promise<z.input<typeof InputPartShown>[]> {
  return Promise.all(
    parts.map(async (part) => {
      if (part.type === 'text') return { type: part.type, text: part.text }
      return { type: part.type, mediaId: part.mediaId, url: await links.content(tenantId, part.mediaId), mimeType: part.mimeType }
    }),
  )
}

/** Null while there is none. `image` is the last picture that is no mere thought. */
export async function presentOutput(
  parts: readonly ModelPart[],
  tenantId: string,
  links: MediaLinks,
): Promise<z.input<typeof TurnResource>['output']> {
  if (parts.length === 0) return null
  const shown = (await Promise.all(parts.map((part) => presentOutputPart(part, tenantId, links)))).filter((part) => part !== null)
  const image = shown.findLast((part) => part.type === 'image' && !part.thought)
  return { parts: shown, image: image?.type === 'image' ? image : null }
}

/** Null for parts there is nothing to show of: empty carriers of a signature, kinds we do not know. */
async function presentOutputPart(part: ModelPart, tenantId: string, links: MediaLinks): Promise<PartShown | null> {
  const { text, image, mediaId, thought } = part
  if (image !== null && mediaId !== null) {
    const { mimeType, width, height } = image
    return { type: 'image', mediaId, url: await links.content(tenantId, mediaId), mimeType, width, height, thought }
  }
  return text === null || text === '' ? null : { type: 'text', text, thought }
}
