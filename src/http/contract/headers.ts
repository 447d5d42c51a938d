/** Request headers that mean something here. */
import { z } from '@hono/zod-openapi'
import { expectedHead } from '../parse/entity-tags.ts'
import { parsePrefer } from '../parse/prefer.ts'

const Prefer = z
  .string()
  .default('')
  .transform((header, context) => {
    const preference = parsePrefer(header)
    if (preference !== null) return preference
    context.addIssue({ code: 'custom', message: 'wait takes whole seconds: wait=30' })
    return z.NEVER
  })
  .openapi({ type: 'string', description: '`wait=N` holds the answer for up to N seconds; `respond-async` does not', example: 'wait=30' })

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .optional()
  .openapi({ description: 'A repeat with the same key and content attaches to the same turn (24 h)', example: 'edit-7f3a' })

const IfMatch = z
  .string()
  .optional()
  .transform((header, context) => {
    try {
      return header === undefined ? undefined : expectedHead(header)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof RangeError ? error.message : 'is malformed' })
      return z.NEVER
    }
  })
  .openapi({ type: 'string', description: '`"<headTurnId>"`, or `"root"` while there is no turn; like `expectedHeadTurnId`' })

const LastEventId = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the id of an event')
  .transform(Number)
  .optional()
  .openapi({ type: 'string', description: 'Go on after this event', example: '7' })

export const WaitHeaders = z.object({ Prefer })
export const RegenerateHeaders = z.object({ Prefer, 'Idempotency-Key': IdempotencyKey })
export const SubmitHeaders = z.object({ Prefer, 'Idempotency-Key': IdempotencyKey, 'If-Match': IfMatch })
export const StreamHeaders = z.object({ 'Last-Event-ID': LastEventId })
