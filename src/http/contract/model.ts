/** The model catalogue on the wire. */
import { z } from '@hono/zod-openapi'
import { ASPECT_RATIOS, IMAGE_SIZES } from '../../domain/image-settings.ts'
import { MODEL } from './examples/figures.ts'

const perSize = z.partialRecord(z.enum(IMAGE_SIZES), z.number())

export const ModelResource = z
  .strictObject({
    id: z.string(),
    aliases: z.array(z.string()).readonly(),
    status: z.enum(['current', 'deprecated', 'retired']),
    successor: z.string().nullable(),
    sizes: z.array(z.enum(IMAGE_SIZES)).readonly(),
    aspectRatios: z.array(z.enum(ASPECT_RATIOS)).readonly(),
    referenceImagesMax: z.int(),
    prices: z.strictObject({
      inputPerMTok: z.number(),
      textOutputPerMTok: z.number(),
      imageOutputPerMTok: z.number(),
      imageTokens: perSize.openapi({ description: 'Output tokens of one picture, by size' }),
    }),
    timeoutMs: perSize,
    health: z.strictObject({
      state: z.enum(['closed', 'half_open', 'probing', 'open']).openapi({ description: 'Of its breaker: `closed` is healthy' }),
      successRate: z.number().nullable().openapi({ description: 'Share of attempts that gave an answer lately; null: none were made' }),
    }),
  })
  .openapi('Model', { example: MODEL })
