/** Parts of a turn on the wire: what goes in, and what comes out. */
import { z } from '@hono/zod-openapi'
import { base64Trouble } from '../parse/base64.ts'
import { MediaUrl } from './media.ts'
import { idOf, textOfBytes } from './scalars.ts'

export const TEXT_BYTES_MAX = 100_000

export const PromptText = textOfBytes(TEXT_BYTES_MAX, 1)

const TextPart = z.strictObject({ type: z.literal('text'), text: PromptText })

type GivenImage = { type: 'image'; mediaId: string } | { type: 'image'; mimeType: string; data: string }

const ImagePart = z
  .strictObject({
    type: z.literal('image'),
    mediaId: idOf('med').optional().openapi({ description: 'An image the service already has' }),
    mimeType: z.string().max(100).optional().openapi({ example: 'image/png' }),
    data: z.string().optional().openapi({ format: 'byte', description: 'The image itself in base64, in place of `mediaId`' }),
  })
  .transform(({ mediaId, mimeType, data }, context): GivenImage => {
    if (mediaId !== undefined && mimeType === undefined && data === undefined) return { type: 'image', mediaId }
    if (mediaId === undefined && mimeType !== undefined && data !== undefined) {
      const trouble = base64Trouble(data)
      if (trouble === null) return { type: 'image', mimeType, data }
      context.addIssue({ code: 'custom', path: ['data'], message: trouble })
    } else context.addIssue({ code: 'custom', message: 'give either mediaId, or both mimeType and data' })
    return z.NEVER
  })

/** `{type:"text", text}` | `{type:"image", mediaId}` | `{type:"image", mimeType, data}`. */
export const InputPart = z.discriminatedUnion('type', [TextPart, ImagePart]).openapi('InputPart')

export const InputPartShown = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('image'), mediaId: idOf('med'), url: MediaUrl, mimeType: z.string() }),
  ])
  .openapi('InputPartShown')

const thought = z.boolean().openapi({ description: 'An interim thought or rendering, not the answer' })

export const OutputImage = z
  .strictObject({
    type: z.literal('image'),
    mediaId: idOf('med'),
    url: MediaUrl,
    mimeType: z.string(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    thought,
  })
  .openapi('OutputImage')

export const OutputPart = z
  .discriminatedUnion('type', [z.strictObject({ type: z.literal('text'), text: z.string(), thought }), OutputImage])
  .openapi('OutputPart')
