/** A session's settings as a bundle holds them: within the bounds in which the API takes them. */
import { z } from 'zod'
import { ASPECT_RATIOS, IMAGE_SIZES } from '../image-settings.ts'
import { DEGRADABLE, ON_CONFLICT, ON_DISCONNECT, STRATEGIES } from '../session.ts'
import { CostUsd, Ordinal, Time, text } from './bundle-values.ts'

const METADATA_KEYS_MAX = 16
const enumName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be a name in capitals')

export const Metadata = z
  .record(text(64), text(512))
  .refine((map) => Object.keys(map).length <= METADATA_KEYS_MAX, `may have at most ${METADATA_KEYS_MAX} keys`)

export const ImageSettings = z.strictObject({ aspectRatio: z.enum(ASPECT_RATIOS).optional(), size: z.enum(IMAGE_SIZES).optional() })

export const Models = z.array(text(128)).min(1).max(8).readonly()

export const PolicyNarrowing = z.strictObject({
  resendAmbiguous: z.union([z.literal(0), z.literal(1)]).optional(),
  onNoImage: z.enum(['fail', 'retry_once', 'fallback']).optional(),
  allowDegraded: z.array(z.enum(DEGRADABLE)).max(DEGRADABLE.length).readonly().optional(),
  attemptsPerModel: z.int().min(1).max(10).optional(),
})

export const Strategy = z.enum(STRATEGIES)

export const BundleSession = z.strictObject({
  title: text(200).nullable(),
  metadata: Metadata,
  strategy: Strategy,
  models: Models.nullable().describe('The chain of its own, if it has one; else the strategy’s'),
  image: ImageSettings,
  systemInstruction: text(100_000).nullable(),
  safetySettings: z
    .array(z.strictObject({ category: enumName, threshold: enumName }))
    .max(16)
    .readonly(),
  history: z.strictObject({ mode: z.enum(['full', 'window']), images: z.int().min(1).max(100).optional() }),
  policy: PolicyNarrowing,
  onConflict: z.enum(ON_CONFLICT),
  onDisconnect: z.enum(ON_DISCONNECT),
  budgetUsd: CostUsd.nullable(),
  expiresAt: Time.nullable(),
  head: Ordinal.nullable().describe('The turn new ones go on from; null: a new root'),
  createdAt: Time,
  updatedAt: Time,
})
export type BundleSession = z.infer<typeof BundleSession>
