/** Writes the OpenAPI document to the file named, for Spectral: `npm run lint:api`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { ROUTES } from '../../src/http/create-app.ts'
import { describeApi } from '../../src/http/open-api.ts'

const [path = 'openapi.json'] = process.argv.slice(2)
await mkdir(dirname(path), { recursive: true })
await writeFile(path, JSON.stringify(describeApi(ROUTES, { version: manifest.version, publicUrl: null })))
