/** Problems on the wire (RFC 9457). */
import { z } from '@hono/zod-openapi'
import { LIMIT_POLICIES, type LimitName } from '../../domain/limit.ts'
import { REQUEST_ERRORS, type RequestErrorCode, TURN_ERRORS } from '../../domain/problem.ts'
import { problemExample, TURN_PROBLEM } from './examples/problems.ts'

const FieldError = z.strictObject({
  path: z.string().openapi({ description: 'The field, query parameter, header or form field', example: 'parts.0.mediaId' }),
  message: z.string(),
})

const SafetyRating = z.strictObject({ category: z.string(), probability: z.string().nullable(), blocked: z.boolean() })

const Limit = z.strictObject({
  name: z.enum(Object.keys(LIMIT_POLICIES) as LimitName[]),
  max: z.int(),
  remaining: z.int(),
  resetMs: z.number().nullable(),
})

/** What a problem says, whoever holds it. Docs of each code: docs/errors.md. */
const shape = {
  type: z.string().openapi({ example: 'urn:pentimento:error:invalid_request' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().optional(),
  errors: z.array(FieldError).readonly().optional(),
  reason: z.string().optional(),
  ratings: z.array(SafetyRating).readonly().optional(),
  turnId: z.string().optional().openapi({ description: '`session_busy`: the turn in the way' }),
  missing: z.array(z.string()).readonly().optional().openapi({ description: '`missing_media`: digests we lack' }),
  limit: Limit.optional().openapi({ description: 'Which of the tenant’s limits is reached' }),
}

const requestCodes = Object.keys(REQUEST_ERRORS) as RequestErrorCode[]
const allCodes = [...new Set([...requestCodes, ...(Object.keys(TURN_ERRORS) as (keyof typeof TURN_ERRORS)[])])]

/** The error of a turn. */
export const TurnProblem = z.strictObject({ ...shape, code: z.enum(allCodes) }).openapi('TurnProblem', { example: TURN_PROBLEM })

/** The answer to a request that could not be served. */
export const RequestProblem = z
  .strictObject({ ...shape, code: z.enum(requestCodes), requestId: z.string() })
  .openapi('Problem', { example: problemExample('invalid_request') })

/** OpenAPI responses for these codes, those of one status in one entry. */
export function problemResponses(codes: readonly RequestErrorCode[]) {
  const byStatus = Map.groupBy(codes, (code) => REQUEST_ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${REQUEST_ERRORS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: RequestProblem, examples: examplesOf(ofStatus) } },
      },
    ]),
  )
}

function examplesOf(codes: readonly RequestErrorCode[]) {
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]))
}
