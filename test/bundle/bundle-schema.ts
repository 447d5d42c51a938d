/** The published JSON Schema of the bundle, made of the schema that judges imports. `node test/bundle/bundle-schema.ts` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { BUNDLE_VERSION, Bundle } from '../../src/domain/bundle/bundle.ts'

const FILE = new URL('../../docs/bundle.schema.json', import.meta.url)

export function makeSchema(): unknown {
  const schema = z.toJSONSchema(Bundle, {
    target: 'draft-2020-12',
    // Read-only to the program, which says nothing about the document.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly
    },
  })
  return { $id: `urn:pentimento:bundle:${BUNDLE_VERSION}`, ...schema }
}

export function readSchema(): unknown {
  return JSON.parse(readFileSync(FILE, 'utf8'))
}

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(makeSchema(), null, 2)}\n`)
