/** Every error the API answers with, as problem+json (RFC 9457). */
import { HTTPException } from 'hono/http-exception'
import type { StatusCode } from 'hono/utils/http-status'
import { isConnectionError } from '../domain/connection-errors.ts'
import type { LogFields, Logger } from '../domain/ports.ts'
import { type Problem, REQUEST_ERRORS, RequestError, type RequestErrorCode } from '../domain/problem.ts'
import type { HttpContext } from './env.ts'
import { rateLimitHeaders } from './present/rate-limit-headers.ts'

const STACK_FRAMES_MAX = 12
/** nginx's "client closed request": nobody reads it, but the log line says what happened. */
const CLIENT_GONE = 499 as StatusCode

/** Answers a problem with its status, the request's id, and Retry-After, RateLimit or WWW-Authenticate where the code calls for it. */
export function problemResponse(c: HttpContext, problem: Problem): Response {
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' }
  if (problem.retryAfterMs !== undefined) headers['Retry-After'] = String(Math.ceil(problem.retryAfterMs / 1000))
  if (problem.limit !== undefined) Object.assign(headers, rateLimitHeaders(problem.limit))
  if (problem.code === 'unauthorized') headers['WWW-Authenticate'] = 'Bearer'
  const body = JSON.stringify({ ...problem, requestId: c.var.requestId })
  return c.newResponse(body, problem.status as StatusCode, headers)
}

/** What was thrown, as the caller may see it. Anything unforeseen becomes `internal`, without its message. */
export function toProblem(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem
  if (isConnectionError(error))
    return new RequestError('unavailable', 'The database cannot be reached just now.', { retryAfterMs: 2_000 }).problem
  if (error instanceof HTTPException) return new RequestError(codeForStatus(error.status), error.message).problem
  return new RequestError('internal', 'An unexpected error was logged under this request id. Trying again may help.').problem
}

/** Hono's error handler. Unforeseen errors are logged once, without message or content: those may quote prompts. */
export function answerError(error: unknown, c: HttpContext, logger: Logger): Response {
  if (c.req.raw.signal.aborted && !(error instanceof RequestError)) return c.newResponse(null, CLIENT_GONE)
  const problem = toProblem(error)
  if (problem.code === 'internal' || isConnectionError(error)) {
    logger.error('request.error', { requestId: c.var.requestId, method: c.req.method, route: c.var.route, ...describeError(error) })
  }
  return problemResponse(c, problem)
}

/** The kind of an error and where it happened, without its message. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const cause = error.cause instanceof Error ? nameOf(error.cause) : undefined
  return { error: nameOf(error), cause, stack: frames.slice(0, STACK_FRAMES_MAX).join('\n') }
}

function nameOf(error: Error): string {
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}

function codeForStatus(status: number): RequestErrorCode {
  const codes = Object.keys(REQUEST_ERRORS) as RequestErrorCode[]
  return codes.find((code) => REQUEST_ERRORS[code].status === status) ?? (status < 500 ? 'invalid_request' : 'internal')
}
