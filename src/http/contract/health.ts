/** Probes on the wire. */
import { z } from '@hono/zod-openapi'

export const Liveness = z.strictObject({ status: z.literal('ok'), version: z.string() }).openapi('Liveness')

export const ReadinessResource = z
  .strictObject({ ready: z.boolean(), checks: z.record(z.string(), z.string()) })
  .openapi('Readiness', { description: 'Each check is `ok` or what is wrong with it' })
