import { z } from 'zod'
import { faultRuleSchema } from './faults/fault-rule.ts'
import { SIGNATURE_BYTES_MIN } from './generate/signature.ts'
import { RETIRED_MODELS } from './models.ts'

const milliseconds = z.number().min(0)
const count = z.int().min(0)
const byModel = <T extends z.ZodType>(value: T) => z.record(z.string(), value)

const range = z.strictObject({ min: count, max: count }).refine(({ min, max }) => min <= max, 'min must not be above max')

const quota = z.strictObject({
  /** Requests per minute. */
  rpm: count.optional(),
  /** Images per minute. */
  ipm: count.optional(),
  /** Input tokens per minute. */
  tpm: count.optional(),
  /** Requests per day; the day ends at midnight in California. */
  rpd: count.optional(),
})

/** Everything that can be set, with what it is when it is not. Models are named by id; `*` in a table is every other model. */
export const simulatorOptionsSchema = z.strictObject({
  /** 0 takes a free port. It listens on loopback only. */
  port: z.int().min(0).max(65_535).default(0),
  /** All chance comes from this: latency, rates, ids, sizes. */
  seed: z.string().default('pentimento'),
  /** Signatures are bound to it: two simulators with different secrets refuse each other's. */
  secret: z.string().default('simulated'),
  /** Epoch milliseconds at the start; by default now. */
  startMs: z.number().optional(),
  /** Multiplies every latency; 1 is as slow as the real thing, 0 answers at once. */
  timeScale: z.number().min(0).default(1),
  /** How long an answer takes, before `timeScale`; by default as recorded, per model. */
  latency: byModel(z.strictObject({ minMs: milliseconds, maxMs: milliseconds })).default({}),
  /** Keys answered with API_KEY_INVALID. Every other key is good. */
  badKeys: z.array(z.string()).default(['bad-key']),
  /** Key → project. Files and quotas belong to a project; keys not named here share one. */
  projects: z.record(z.string(), z.string()).default({}),
  /** Model → `gone` (404) or the model that silently answers in its place. */
  retired: byModel(z.string()).default(RETIRED_MODELS),
  /** Largest request body, in bytes. */
  requestBytesMax: count.default(100 * 1024 * 1024),
  /** `fast` counts base64 instead of decoding it, and checks of signatures only header and length: for load benchmarks. */
  validation: z.enum(['strict', 'fast']).default('strict'),
  /** `canned`: one picture drawn beforehand per size, made unique by its lineage note; for load. */
  drawing: z.enum(['drawn', 'canned']).default('drawn'),
  /** Pads every picture to at least this many bytes; a real one at 1K has 700,000 to 930,000. 0: as drawn. */
  imageBytes: count.default(0),
  /** Edge of a square 1K picture, in pixels. Less makes tests faster. */
  edge1kPx: z.int().min(64).max(2048).default(1024),
  /** Bytes of one signature, before base64 (wire-facts §2.5). */
  signatureBytes: range
    .refine(({ min }) => min >= SIGNATURE_BYTES_MIN, `at least ${SIGNATURE_BYTES_MIN} bytes`)
    .default({ min: 750_000, max: 1_650_000 }),
  /** Model → models whose signatures it takes besides its own. Nothing is proven, so by default none. */
  signatureExchange: byModel(z.array(z.string())).default({}),
  /** Take the documented dummy signatures. */
  acceptPlaceholders: z.boolean().default(false),
  /** Share of answers with a text before the image. A prompt with `?text` always gets one, one with `?ask` nothing else. */
  textRate: z.number().min(0).max(1).default(0.25),
  /** How long an uploaded file stays PROCESSING. */
  fileProcessingMs: milliseconds.default(0),
  /** Quotas that are enforced, per project. */
  quotas: byModel(quota).default({}),
  faults: z.array(faultRuleSchema).default([]),
  /** Request headers kept in the log. Never name one that holds a key. */
  recordHeaders: z.array(z.string().toLowerCase()).default(['x-pentimento-attempt']),
  /** The oldest entries go first; counts are never lost. */
  logEntriesMax: z.int().min(1).default(100_000),
})

/** As a caller writes them: all optional. */
export type SimulatorOptions = z.input<typeof simulatorOptionsSchema>
/** With all defaults filled in. */
export type SimulatorSettings = z.output<typeof simulatorOptionsSchema>
