import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../media/picture-files.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const LITE = 'gemini-3.1-flash-lite-image'
const PRO = 'gemini-3-pro-image'
/** Takes three pictures, which is fewer than the others do. */
const FLASH_25 = 'gemini-2.5-flash-image'

let open: OpenApp
let picture: object
beforeAll(async () => {
  open = await openApp()
  const body = new Uint8Array(await encode('png', 8, 8))
  const answer = await open.app.request('/v1/media', { method: 'POST', body, headers: { 'Content-Type': 'image/png' } })
  picture = { type: 'image', mediaId: (await answer.json()).id }
})

const send = (path: string, body: object) => call(open.app, 'POST', path, body)
const newSession = async (settings: object = {}): Promise<string> => (await send('/v1/sessions', settings)).body.id
const submit = async (sessionId: string, { pictures = 0, ...wishes }: Wishes, query = '') =>
  send(`/v1/sessions/${sessionId}/turns${query}`, {
    ...wishes,
    parts: [{ type: 'text', text: 'mend it' }, ...Array(pictures).fill(picture)],
  })
const refusal = (path: string) => ({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } })

interface Wishes {
  models: string[]
  image?: object
  policy?: object
  pictures?: number
}

const BEYOND: [degraded: string, path: string, wishes: Wishes][] = [
  ['size', 'image.size', { models: [LITE, FLASH_25], image: { size: '4K' } }],
  ['aspectRatio', 'image.aspectRatio', { models: [PRO, FLASH_25], image: { aspectRatio: '1:8' } }],
  ['references', 'parts', { models: [FLASH_25], pictures: 4 }],
]

describe.each(BEYOND)('what is beyond every model of a turn (%s)', (degraded, path, wishes) => {
  it('is refused before anything is stored, and by a dry run', async () => {
    const sessionId = await newSession()
    expect(await submit(sessionId, wishes)).toMatchObject(refusal(path))
    expect(await submit(sessionId, wishes, '?dryRun=true')).toMatchObject(refusal(path))
    expect((await call(open.app, 'GET', `/v1/sessions/${sessionId}`)).body).toMatchObject({ turnCount: 0 })
  })

  it('is taken where one model of the chain can', async () => {
    const capable = { ...wishes, models: [...wishes.models, 'gemini-3.1-flash-image'] }
    expect(await submit(await newSession(), capable)).toMatchObject({ status: 202 })
  })

  it('is taken where it may be degraded, which both the session and the turn have a say in', async () => {
    const allowing = { allowDegraded: [degraded] }
    expect(await submit(await newSession(), { ...wishes, policy: allowing })).toMatchObject({ status: 202 })
    expect(await submit(await newSession({ policy: allowing }), wishes)).toMatchObject({ status: 202 })
    expect(await submit(await newSession({ policy: allowing }), { ...wishes, policy: { allowDegraded: [] } })).toMatchObject(refusal(path))
  })
})

it.each(BEYOND.slice(0, 2))('a session that is for what is beyond its models is refused too (%s)', async (degraded, path, settings) => {
  expect(await send('/v1/sessions', settings)).toMatchObject(refusal(path))
  expect(await send('/v1/sessions', { ...settings, policy: { allowDegraded: [degraded] } })).toMatchObject({ status: 201 })
})

it('a model that nobody knows is refused with its place in the list', async () => {
  expect(await submit(await newSession(), { models: [PRO, 'dall-e'] })).toMatchObject(refusal('models.1'))
  expect(await send('/v1/sessions', { models: ['dall-e', PRO] })).toMatchObject(refusal('models.0'))
})
