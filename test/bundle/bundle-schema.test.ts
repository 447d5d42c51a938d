import { expect, test } from 'vitest'
import { BUNDLE_LIMITS } from '../../src/domain/bundle/limits.ts'
import { makeSchema, readSchema } from './bundle-schema.ts'

test('the published schema is the one that judges imports', () => {
  expect(readSchema(), 'write it anew with: node test/bundle/bundle-schema.ts').toEqual(makeSchema())
  expect(readSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: { version: { const: 1 }, turns: { maxItems: BUNDLE_LIMITS.turnsMax } },
  })
})
