/** A session as a document to keep (api.md, Sessions). */
import { exportSession } from '../../services/export-session.ts'
import { BUNDLE_JSON, EXPORT_FILES, ExportQuery } from '../contract/bundle.ts'
import { idParam } from '../contract/content.ts'
import { pathId, readQuery } from '../parse/read-request.ts'
import type { Route } from '../route.ts'
import { toStream } from '../stream.ts'

const NAME_LETTERS_MAX = 60
const binary = { schema: { type: 'string', format: 'binary' } } as const
const document = { schema: { type: 'string' } } as const

export const exportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/sessions/{id}/export',
    operationId: 'exportSession',
    summary: 'The session as a bundle, as a request, or as a page',
    description:
      'Streams the session as a file. `json` and `zip` hold everything, signatures included, and can be imported again; `gemini` is a request to the upstream; `html` and `markdown` are for people.',
    tags: ['Sessions'],
    access: 'session',
    request: { params: idParam('ses'), query: ExportQuery },
    responses: {
      200: {
        description: 'Streamed, as a file to download; turns that have not ended are left out',
        content: {
          'application/json': BUNDLE_JSON,
          'application/zip': binary,
          'text/html': document,
          'text/markdown': document,
        },
      },
    },
    errors: ['invalid_request'],
    handle: async (c) => {
      const sessionId = pathId(c, 'ses')
      const { format, leaf = null, media } = readQuery(c, ExportQuery)
      const { title, bytes } = await exportSession({ ctx: c.var.services, input: { sessionId, format, leaf, media } })
      const { type, ending } = EXPORT_FILES[format]
      return c.newResponse(toStream(bytes), 200, {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="${fileName(title, sessionId)}.${ending}"`,
        'Cache-Control': 'private, no-store',
      })
    },
  },
]

/** `a-house-by-the-sea`; a title without Latin letters leaves the session's id. */
function fileName(title: string | null, sessionId: string): string {
  const words = (title ?? '').normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const slug = words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LETTERS_MAX)
    .replaceAll(/^-|-$/g, '')
  return slug === '' ? sessionId : slug
}
