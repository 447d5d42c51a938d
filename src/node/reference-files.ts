/** Swagger UI, for the page at `/docs`: served from where npm put it, since with 2 MB it would be half of a Worker. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compress } from 'hono/compress'
import type { HttpApp } from '../http/env.ts'

const TYPES: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}
/** Its address does not tell its version. */
const CACHE = 'no-cache'

/** `app`, which now serves the files too. They are read once, when somebody first asks. */
export function serveReferenceFiles(app: HttpApp): HttpApp {
  for (const [name, type] of Object.entries(TYPES)) {
    let text: Promise<string> | undefined
    app.get(`/docs/${name}`, compress(), async (c) => {
      c.set('route', `/docs/${name}`)
      text ??= readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)), 'utf8')
      return c.body(await text, 200, { 'Content-Type': type, 'Cache-Control': CACHE })
    })
  }
  return app
}
