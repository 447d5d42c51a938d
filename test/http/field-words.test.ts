/** What is said of each field that is wrong: what it may be and what kind of value came, in words that are not zod's. */
import { beforeAll, describe, expect, it } from 'vitest'
import { call, type OpenApp, openApp } from './open-app.ts'

/** Stands wherever a value is wrong; none may come back. */
const SECRET = 'sesame-sesame'
const ZOD = /invalid|expected|received|too (small|big)|unrecognized/i

let open: OpenApp
let turns: string
beforeAll(async () => {
  open = await openApp()
  turns = `/v1/sessions/${(await call(open.app, 'POST', '/v1/sessions', {})).body.id}/turns`
})

const text = (value: unknown = 'x') => ({ type: 'text', text: value })

/** Of a turn. Issues of zod by their code, and what their words are. */
const TURNS: readonly (readonly [issue: string, body: unknown, path: string, message: string])[] = [
  ['invalid_type, missing', {}, 'parts', 'must be an array, and is missing'],
  ['invalid_type, a string', { parts: SECRET }, 'parts', 'must be an array, not a string'],
  ['invalid_type, null', { parts: [text(null)] }, 'parts.0.text', 'must be a string, not null'],
  ['invalid_type, an object', { parts: [text({ [SECRET]: 1 })] }, 'parts.0.text', 'must be a string, not an object'],
  ['invalid_type, a fraction', { parts: [text()], deadlineMs: 1500.5 }, 'deadlineMs', 'must be a whole number'],
  ['invalid_type of the whole', [SECRET], '', 'the body must be an object, not an array'],
  ['invalid_value', { parts: [text()], image: { size: SECRET } }, 'image.size', 'must be "512", "1K", "2K" or "4K"'],
  ['invalid_value, another kind', { parts: [text()], image: { size: 2 } }, 'image.size', 'must be "512", "1K", "2K" or "4K", not a number'],
  ['invalid_value, the only one', { parts: [text()], window: SECRET }, 'window', 'must be "off_peak"'],
  ['invalid_union by a discriminator', { parts: [{ type: SECRET }] }, 'parts.0.type', 'must be "text" or "image"'],
  ['invalid_union, missing', { parts: [{ text: SECRET }] }, 'parts.0.type', 'must be "text" or "image", and is missing'],
  ['invalid_union of literals', { parts: [text()], policy: { resendAmbiguous: 2 } }, 'policy.resendAmbiguous', 'must be 0 or 1'],
  ['too_small, empty', { parts: [text('')] }, 'parts.0.text', 'must not be empty'],
  ['too_small, no items', { parts: [] }, 'parts', 'must not be empty'],
  ['too_small, a number', { parts: [text()], deadlineMs: 1 }, 'deadlineMs', 'must be at least 1000'],
  ['too_big, a number', { parts: [text()], deadlineMs: 1e9 }, 'deadlineMs', 'must be at most 86400000'],
  ['too_big, beyond whole numbers', { parts: [text()], deadlineMs: 1e300 }, 'deadlineMs', 'must be at most 9007199254740991'],
  ['too_big, items', { parts: Array.from({ length: 33 }, () => text()) }, 'parts', 'may have at most 32 items'],
  ['invalid_format', { parts: [text()], webhookUrl: SECRET }, 'webhookUrl', 'must be an http or https URL'],
  ['unrecognized_keys', { parts: [text()], prompts: SECRET }, 'prompts', 'there is no such field'],
  ['unrecognized_keys, deep', { parts: [{ ...text(), bold: SECRET }] }, 'parts.0.bold', 'there is no such field'],
  ['custom', { parts: [text()], parentId: SECRET }, 'parentId', 'must be an id that starts with trn_'],
]

const SESSIONS: typeof TURNS = [
  ['invalid_key', { metadata: { '': SECRET } }, 'metadata.', 'the name: must not be empty'],
  ['too_big, characters', { title: SECRET.repeat(16) }, 'title', 'may have at most 200 characters'],
  [
    'invalid_format by a pattern',
    { safetySettings: [{ category: SECRET, threshold: 'BLOCK_NONE' }] },
    'safetySettings.0.category',
    'must be a name in capitals, such as HARM_CATEGORY_HARASSMENT',
  ],
]

describe.each([
  ['turn', () => turns, TURNS],
  ['session', () => '/v1/sessions', SESSIONS],
])('a %s is told', (_what, path, cases) => {
  it.each(cases)('%s', async (_issue, body, field, message) => {
    const answer = await call(open.app, 'POST', path(), body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]).toEqual({ path: field, message })
    expect(answer.body.detail).toContain(field === '' ? message : `${field}: ${message}`)
    expect(JSON.stringify(answer.body)).not.toContain(SECRET)
    expect(answer.body.errors.map((error: { message: string }) => error.message).join()).not.toMatch(ZOD)
  })
})

it.each([
  ['limit=abc', 'limit', 'must be a number'],
  ['limit=0', 'limit', 'must be at least 1'],
  ['limit=2&limit=3', 'limit', 'may be given once'],
  ['page=2', 'page', 'there is no such field'],
])('a query of %s is told', async (query, path, message) => {
  const { status, body } = await call(open.app, 'GET', `/v1/sessions?${query}`)
  expect([status, body.errors]).toEqual([400, [{ path, message }]])
})

it('the options of a form are told with the name of their field', async () => {
  const form = new FormData()
  form.set('prompt', 'a house')
  form.set('options', JSON.stringify({ image: { size: 2 } }))
  const answer = await open.app.request(turns, { method: 'POST', body: form })
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { detail: 'options.image.size: must be "512", "1K", "2K" or "4K", not a number' },
  ])
})

it('a bundle is told where it is wrong in the same words', async () => {
  const { body } = await call(open.app, 'POST', '/v1/sessions/import', {
    format: 'pentimento.bundle',
    version: 1,
    turns: SECRET,
    more: SECRET,
  })
  expect(body.errors).toEqual([
    { path: 'session', message: 'must be an object, and is missing' },
    { path: 'turns', message: 'must be an array, not a string' },
    { path: 'media', message: 'must be an array, and is missing' },
    { path: 'signatures', message: 'must be an array, and is missing' },
    { path: 'more', message: 'there is no such field' },
  ])
})

it('several fields are all named, and the detail counts them', async () => {
  const { body } = await call(open.app, 'POST', turns, { parts: 1, image: 1, models: 1 })
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['image', 'models', 'parts'])
  expect(body.detail).toBe('image: must be an object, not a number; and 2 more')
})
