/** What a session sets for its turns, and a turn for itself. */
import { z } from '@hono/zod-openapi'
import { ASPECT_RATIOS, IMAGE_SIZES } from '../../domain/image-settings.ts'
import { DEGRADABLE, ON_CONFLICT, ON_DISCONNECT, STRATEGIES } from '../../domain/session.ts'
import { Instant, Metadata, text, textOfBytes } from './scalars.ts'

export const INSTRUCTION_BYTES_MAX = 100_000

export const ImageSettings = z
  .strictObject({ aspectRatio: z.enum(ASPECT_RATIOS).optional(), size: z.enum(IMAGE_SIZES).optional() })
  .openapi('ImageSettings', { description: 'What the picture should be; what is left out is the model’s choice' })

export const Models = z
  .array(text(128, 1))
  .min(1)
  .max(8)
  .openapi({ example: ['gemini-3-pro-image', 'gemini-2.5-flash-image'] })

export const Strategy = z.enum(STRATEGIES)

export const PolicyNarrowing = z
  .strictObject({
    resendAmbiguous: z.union([z.literal(0), z.literal(1)]).optional(),
    onNoImage: z.enum(['fail', 'retry_once', 'fallback']).optional(),
    allowDegraded: z.array(z.enum(DEGRADABLE)).max(DEGRADABLE.length).readonly().optional(),
    attemptsPerModel: z.int().min(1).max(10).optional(),
  })
  .openapi('PolicyNarrowing', { description: 'Narrows the engine’s policy; it cannot widen it' })

export const SafetySetting = z.strictObject({ category: enumName('HARM_CATEGORY_HARASSMENT'), threshold: enumName('BLOCK_ONLY_HIGH') })

const History = z
  .strictObject({ mode: z.enum(['full', 'window']), images: z.int().min(1).max(100).optional() })
  .openapi({ description: '`full` replays the whole branch, `window` the newest `images` pictures' })

const BUDGET_USD_MAX = 1_000_000

const settings = {
  title: text(200).nullable(),
  metadata: Metadata,
  strategy: Strategy,
  models: Models.nullable(),
  image: ImageSettings,
  systemInstruction: textOfBytes(INSTRUCTION_BYTES_MAX).nullable(),
  safetySettings: z.array(SafetySetting).max(16),
  history: History,
  policy: PolicyNarrowing,
  onConflict: z.enum(ON_CONFLICT),
  onDisconnect: z.enum(ON_DISCONNECT),
  budgetUsd: z.number().min(0).max(BUDGET_USD_MAX).nullable(),
}

/** Settings as answered. */
export const SETTINGS_SHOWN = settings

/** Settings as given. */
export const Settings = z.strictObject({ ...settings, expiresAt: Instant.nullable() }).partial()

function enumName(example: string) {
  return z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, `must be a name in capitals, such as ${example}`)
    .openapi({ example })
}
