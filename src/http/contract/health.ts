/** Probes on the wire. */
import { z } from '@hono/zod-openapi'
import { LIVENESS, READINESS } from './examples/figures.ts'

export const Liveness = z.strictObject({ status: z.literal('ok'), version: z.string() }).openapi('Liveness', { example: LIVENESS })

export const ReadinessResource = z
  .strictObject({ ready: z.boolean(), checks: z.record(z.string(), z.string()) })
  .openapi('Readiness', { example: READINESS, description: 'Each check is `ok` or what is wrong with it' })
