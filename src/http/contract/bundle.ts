/** Exports and imports on the wire. The bundle itself is described in docs/bundle.schema.json. */
import { z } from '@hono/zod-openapi'
import { EXPORT_FORMATS } from '../../services/export-session.ts'
import { BUNDLE } from './examples/session.ts'
import { idOf } from './scalars.ts'

export const ExportQuery = z.strictObject({
  format: z.enum(EXPORT_FORMATS).default('json').openapi({
    description:
      '`json`: a lossless bundle; `zip`: the same with its images and signatures as files; `gemini`: `contents` for `generateContent`; `html`, `markdown`: to be read',
  }),
  leaf: idOf('trn')
    .optional()
    .openapi({ description: 'Only the branch that ends in this turn; absent: the whole tree, for `gemini` the head’s branch' }),
  media: z.enum(['digest', 'inline']).default('digest').openapi({ description: '`json`: images by digest alone, or inside it in base64' }),
})

/** How each format is answered: its type, and how its file's name ends. */
export const EXPORT_FILES = Object.freeze({
  json: { type: 'application/json', ending: 'json' },
  zip: { type: 'application/zip', ending: 'zip' },
  gemini: { type: 'application/json', ending: 'gemini.json' },
  html: { type: 'text/html; charset=utf-8', ending: 'html' },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
})

/** A bundle as JSON. It is judged as it streams by, by a schema of its own. */
export const BUNDLE_JSON = {
  schema: { type: 'object', description: 'A bundle: docs/bundle.md and docs/bundle.schema.json describe it', example: BUNDLE },
} as const
