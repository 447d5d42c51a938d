/** A JSON body, checked before and while it is parsed. */
import type { z } from '@hono/zod-openapi'
import { RequestError } from '../../domain/problem.ts'
import type { HttpContext } from '../env.ts'
import { invalidRequest, parseWith } from './field-errors.ts'
import { checkJsonShape } from './json-shape.ts'
import { limitedBody } from './limited-body.ts'

/** Enough for anything but an image inside the JSON. */
const JSON_BYTES_MAX = 1024 * 1024

/**
 * The body as `schema` reads it; no body at all is read as `{}`. Throws `unsupported_media_type` for anything but JSON,
 * `payload_too_large` beyond `bytesMax`, `invalid_request` with the place of a syntax error or the path of each wrong field.
 */
export async function readJson<Schema extends z.ZodType>(
  c: HttpContext,
  schema: Schema,
  bytesMax = JSON_BYTES_MAX,
): Promise<z.output<Schema>> {
  const type = c.req.header('Content-Type')
  // Some clients name a type for nothing.
  if (c.req.header('Content-Length') === '0') return parseWith(schema, {})
  if (type !== undefined && !isJson(type)) throw notJson(`The body must be application/json, not ${type.slice(0, 100)}.`)
  const text = await readText(c, bytesMax)
  if (text.trim() === '') return parseWith(schema, {})
  if (type === undefined) throw notJson('Say what the body is: Content-Type: application/json.')
  return parseWith(schema, parseJson(text))
}

/** Whether a Content-Type says JSON. */
export function isJson(type: string): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)
}

/** JSON of sane shape. `invalid_request` tells where it went wrong, without quoting it; `path` names the form field it came in. */
export function parseJson(text: string, path = ''): unknown {
  const trouble = checkJsonShape(text)
  if (trouble !== null) throw invalidRequest([{ path, message: trouble }])
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidRequest([{ path, message: `malformed JSON${placeOf(error, text)}` }])
  }
}

async function readText(c: HttpContext, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  for await (const bytes of limitedBody(c, bytesMax)) text += decode(decoder, bytes)
  return text + decode(decoder)
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
  } catch {
    throw invalidRequest([{ path: '', message: 'the body is not UTF-8' }])
  }
}

function notJson(detail: string): RequestError {
  return new RequestError('unsupported_media_type', detail)
}

/** V8 says "at position 12", or that the input ended; the rest of its message quotes the input. */
function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(String(error))?.[1]
  if (position === undefined) return ''
  const before = text.slice(0, Number(position))
  let line = 1
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++
  return ` at line ${line}, column ${before.length - before.lastIndexOf('\n')}`
}
