/** Alerts on the wire. */
import { z } from '@hono/zod-openapi'
import { ALERT_SEVERITIES } from '../../domain/alert.ts'
import { ALERT } from './examples/figures.ts'
import { Timestamp } from './scalars.ts'

export const AlertResource = z
  .strictObject({
    rule: z.string().openapi({ example: 'overloaded' }),
    severity: z.enum(ALERT_SEVERITIES),
    state: z.enum(['firing', 'resolved']),
    tenant: z.string().nullable().openapi({ description: 'null: the installation as a whole' }),
    subject: z.string().nullable().openapi({ description: 'Which endpoint or model, where the rule watches several' }),
    since: Timestamp.openapi({ description: 'When its condition began to hold' }),
    resolvedAt: Timestamp.nullable(),
    value: z.number().openapi({ description: 'As last measured while it held, in the unit of the threshold: a share or a count' }),
    threshold: z.number(),
  })
  .openapi('Alert', { example: ALERT })
