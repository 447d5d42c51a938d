import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseFields } from '../../src/domain/parse-fields.ts'

/** What the API's own schemas do not ask for, but those of an operator's data and of tomorrow may. */
it.each([
  ['a number above', z.number().positive(), 0, 'must be more than 0'],
  ['a number below', z.number().lt(1), 1, 'must be less than 1'],
  ['a multiple', z.number().multipleOf(16), 5, 'must be a multiple of 16'],
  ['a length', z.string().length(3), 'ab', 'must have exactly 3 characters'],
  ['a length exceeded', z.array(z.int()).length(1), [1, 2], 'must have exactly 1 item'],
  ['a pattern without words of its own', z.string().regex(/^a/), 'b', 'is not of the form it must have'],
  ['a rule without words of its own', z.string().refine(() => false), 'b', 'is not allowed'],
  ['a boolean', z.boolean(), 'yes', 'must be a boolean, not a string'],
  ['names', z.record(z.string(), z.int()), [], 'must be an object, not an array'],
  ['one of several forms', z.union([z.string(), z.array(z.string())]), 1, 'has none of the forms it may have'],
  ['one of several forms, or a word', z.union([z.literal('all'), z.int()]), 'none', 'has none of the forms it may have'],
  [
    'one of several forms, and nothing came',
    z.union([z.string(), z.int()]),
    undefined,
    'has none of the forms it may have, and is missing',
  ],
  ['a number that is none', z.coerce.number(), 'abc', 'must be a number'],
  ['null or a list of words', z.enum(['a']).nullable(), true, 'must be "a", not a boolean'],
])('%s is asked for in words', (_what, schema: z.ZodType, input, message) => {
  expect(parseFields(schema, input)).toEqual({ ok: false, errors: [{ path: '', message }] })
})

it('what is of the wrong kind is told of once', () => {
  const schema = z.strictObject({ models: z.array(z.string()).max(8) })
  const message = 'must be an array, not a string'
  expect(parseFields(schema, { models: 'gemini-3-pro-image' })).toEqual({ ok: false, errors: [{ path: 'models', message }] })
})

it('a schema’s own words go before these', () => {
  expect(parseFields(z.string({ error: 'must be a name' }), 1)).toMatchObject({ errors: [{ message: 'must be a name' }] })
})
