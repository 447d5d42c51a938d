/** A session made of a bundle (api.md, Sessions). */
import { BUNDLE_LIMITS } from '../../domain/bundle/limits.ts'
import { RequestError } from '../../domain/problem.ts'
import { importSession } from '../../services/import-session.ts'
import { BUNDLE_JSON } from '../contract/bundle.ts'
import { BODY_ERRORS, jsonAnswer } from '../contract/content.ts'
import { SessionResource } from '../contract/session.ts'
import type { HttpContext } from '../env.ts'
import { limitedBody } from '../parse/limited-body.ts'
import { isJson } from '../parse/read-json.ts'
import { presentSession } from '../present/present-session.ts'
import type { Route } from '../route.ts'

const ZIP_TYPES: readonly string[] = ['application/zip', 'application/x-zip-compressed']
const binary = { schema: { type: 'string', format: 'binary' } } as const

export const importRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/sessions/import',
    operationId: 'importSession',
    summary: 'A new session made of an exported one',
    description:
      'Makes a session of a bundle that `exportSession` wrote, in this installation or another one. A bundle without its images is refused where they are not here already, and the answer lists them.',
    tags: ['Sessions'],
    access: 'tenant',
    startsWork: true,
    request: { body: { content: { 'application/zip': binary, 'application/json': BUNDLE_JSON } } },
    responses: { 201: jsonAnswer(SessionResource, 'The new session; `Location` is its address') },
    errors: [...BODY_ERRORS, 'missing_media'],
    handle: async (c) => {
      const ctx = c.var.services
      const format = formatOf(c)
      const session = await importSession({ ctx, input: { format, bytes: limitedBody(c, BUNDLE_LIMITS.bytesMax) } })
      return c.json(presentSession(session, ctx.catalogue), 201, { Location: `/v1/sessions/${session.id}` })
    },
  },
]

function formatOf(c: HttpContext): 'json' | 'zip' {
  const type = c.req.header('Content-Type') ?? ''
  if (isJson(type)) return 'json'
  if (ZIP_TYPES.includes(type.split(';')[0]?.trim().toLowerCase() ?? '')) return 'zip'
  throw new RequestError('unsupported_media_type', 'A bundle comes as application/zip or application/json.')
}
