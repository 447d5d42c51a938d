import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SentRequests, TurnPlan } from '../../src/http/contract/sent-request.ts'
import { call, edit, photo, prepare, say, show, upload } from './running-service.ts'

/** Small pictures: what they show does not matter here. */
const SMALL = { edge1kPx: 64, textRate: 0 }

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const inline = (bytes: Buffer) => ({ type: 'image', mimeType: 'image/jpeg', data: bytes.toString('base64') })

test('a plan tells what is then sent: the same words, the same parts of the model, the same digests', async () => {
  const { start, simulator } = await prepare(SMALL)
  const { url } = await start()
  const media = await upload(url, await photo())
  const session = await call(url, 'POST', '/v1/sessions', {})
  const first = await edit(url, session.body.id, [show(media.body.id), say('add a kite')])
  expect(first.body.status).toBe('succeeded')

  const asked = { parts: [say('make it dusk')] }
  const before = simulator.counts()
  const planned = await call(url, 'POST', `/v1/sessions/${session.body.id}/turns?dryRun=true`, asked)
  expect(planned.status).toBe(200)
  expect(simulator.counts()).toEqual(before)
  const plan = TurnPlan.parse(planned.body)
  expect(plan).toMatchObject({ parentId: first.body.id, historyFidelity: 'exact', leftOut: { images: 0, turns: 0 } })
  expect(plan.next).toMatchObject({ action: 'attempt', endpoint: 'gemini', model: 'gemini-3-pro-image', fallback: false })
  expect(plan.estimatedCostUsd).toBeGreaterThan(0.1)
  expect((await call(url, 'GET', `/v1/sessions/${session.body.id}`)).body).toMatchObject({ headTurnId: first.body.id, turnCount: 1 })

  const second = await edit(url, session.body.id, asked.parts)
  const sent = SentRequests.parse((await call(url, 'GET', `/v1/turns/${second.body.id}/request`)).body)
  expect(sent.attempts).toHaveLength(1)
  const request = sent.attempts[0]?.request
  expect(request?.contents.map(({ role }) => role)).toEqual(['user', 'model', 'user'])
  // Only the address of the file is new: in a plan it is not uploaded yet.
  const addressed = plan.request.contents.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => ('uri' in part ? { ...part, uri: expect.stringContaining('/files/') } : part)),
  }))
  expect(request?.contents).toEqual(addressed)
  expect(request?.contents[1]?.parts).toMatchObject([{ type: 'replayed', stored: [{ holds: 'image' }, { holds: 'signature' }] }])
  expect(request?.size.images).toBe(2)
})

test('what was sent is told attempt by attempt, without a byte of any picture or signature', async () => {
  const { start, simulator } = await prepare({ ...SMALL, signatureBytes: { min: 60_000, max: 60_000 } })
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  await edit(url, session.body.id, [say('a lighthouse')])
  simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'error', error: 'overloaded' } }])
  const turn = await edit(url, session.body.id, [say('at night')])
  const { body } = await call(url, 'GET', `/v1/turns/${turn.body.id}/request`)
  expect(SentRequests.parse(body).attempts.map(({ n }) => n)).toEqual([1, 2])
  expect(SentRequests.parse(body).attempts[0]?.request.size.signatureBytes).toBe(80_000)
  expect(JSON.stringify(body).length).toBeLessThan(4_000)
})

test('a picture that comes with a plan is judged and digested, and stored nowhere', async () => {
  const { start, env } = await prepare(SMALL)
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  const path = `/v1/sessions/${session.body.id}/turns?dryRun=true`
  const bytes = await photo()
  const stored = async () => (await readdir(join(String(env.DATA_DIR), 'media')).catch(() => [])).filter((name) => name !== 'tmp')

  const plan = TurnPlan.parse((await call(url, 'POST', path, { parts: [inline(bytes), say('add a kite')] })).body)
  const shown = { type: 'image', sentAs: 'file', uri: null, mimeType: 'image/jpeg', sha256: sha256Of(bytes), bytes: bytes.length }
  expect(plan.request.contents).toEqual([{ role: 'user', parts: [shown, say('add a kite')] }])

  const form = new FormData()
  form.append('image', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'a.jpg')
  form.append('prompt', 'add a kite')
  const byForm = await fetch(`${url}${path}`, { method: 'POST', body: form })
  expect(TurnPlan.parse(await byForm.json()).request.contents).toEqual(plan.request.contents)

  const broken = await call(url, 'POST', path, { parts: [inline(bytes.subarray(0, 200)), say('add a kite')] })
  expect(broken).toMatchObject({ status: 422, body: { code: 'unreadable_image' } })
  expect(await stored()).toEqual([])
  // The control: the same picture, given for good, is there.
  await upload(url, bytes)
  expect(await stored()).not.toEqual([])
})

test('a plan is refused for what its turn would be refused for', async () => {
  const { start } = await prepare(SMALL)
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  const path = `/v1/sessions/${session.body.id}/turns`
  const plan = (body: object, headers = {}) => call(url, 'POST', `${path}?dryRun=true`, { parts: [say('go')], ...body }, headers)
  expect(await plan({ parentId: 'trn_01kas3nn1gf8st3gq9z4k7m2xw' })).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(await plan({ parts: [show('med_01kas3nn1gf8st3gq9z4k7m2xw')] })).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(await plan({}, { 'if-match': '"trn_01kas3nn1gf8st3gq9z4k7m2xw"' })).toMatchObject({ status: 412, body: { code: 'stale_parent' } })
  expect(await call(url, 'POST', `${path}?dryRun=yes`, { parts: [say('go')] })).toMatchObject({ status: 400 })
  expect((await plan({})).status).toBe(200)
})

test('plans and requests of another tenant do not exist', async () => {
  const { start } = await prepare(SMALL)
  const { url } = await start({ API_KEYS: 'one:key-of-tenant-one,two:key-of-tenant-two' })
  const as = (tenant: string) => ({ authorization: `Bearer key-of-tenant-${tenant}` })
  const session = await call(url, 'POST', '/v1/sessions', {}, as('one'))
  const turn = await edit(url, session.body.id, [say('a lighthouse')], {}, as('one'))
  const paths = [
    ['GET', `/v1/turns/${turn.body.id}/request`] as const,
    ['POST', `/v1/sessions/${session.body.id}/turns?dryRun=true`] as const,
  ]
  for (const [method, path] of paths) {
    const body = method === 'POST' ? { parts: [say('go')] } : undefined
    expect((await call(url, method, path, body, as('two'))).status).toBe(404)
    expect((await call(url, method, path, body, as('one'))).status).toBe(200)
  }
})
