import { expect, test } from 'vitest'
import { call, edit, type Json, photo, prepare, say, show, type TurnJson, upload } from './running-service.ts'

test('a photo is edited over four turns and a branch, and every turn builds on its parent exactly', async () => {
  const { start, simulator } = await prepare()
  const { url } = await start()
  const media = await upload(url, await photo())
  expect(media).toMatchObject({ status: 201, body: { mimeType: 'image/jpeg', width: 320, height: 240 } })
  const session = await call(url, 'POST', '/v1/sessions', { title: 'A house by the sea' })
  expect(session).toMatchObject({ status: 201, body: { headTurnId: null, turnCount: 0, strategy: 'quality' } })

  const turns: TurnJson[] = []
  for (const [n, prompt] of ['add a red kite', 'make it night', 'add snow', 'add a warm light'].entries()) {
    const parts = n === 0 ? [show(media.body.id), say(prompt)] : [say(prompt)]
    const { status, headers, body } = await edit(url, session.body.id, parts)
    expect(status, JSON.stringify(body.error)).toBe(201)
    expect(headers.get('location')).toBe(`/v1/turns/${body.id}`)
    expect(body).toMatchObject({
      status: 'succeeded',
      index: n,
      parentId: turns.at(-1)?.id ?? null,
      historyFidelity: 'exact',
      billed: 'yes',
    })
    expect(body.attempts).toMatchObject([{ n: 1, model: 'gemini-3-pro-image', outcome: 'succeeded', httpStatus: 200, next: 'done' }])
    expect(body.output?.image).toMatchObject({ type: 'image', thought: false, mimeType: 'image/jpeg' })
    turns.push(body)
  }
  const branch = await edit(url, session.body.id, [say('add a boat instead')], { parentId: turns[1]?.id })
  expect(branch.body).toMatchObject({ status: 'succeeded', parentId: turns[1]?.id, index: 2, siblingIds: [turns[2]?.id] })

  const after = await call(url, 'GET', `/v1/sessions/${session.body.id}`)
  expect(after.body).toMatchObject({ headTurnId: turns[3]?.id, turnCount: 5 })
  const shown = await call<{ data: TurnJson[] }>(url, 'GET', `/v1/sessions/${session.body.id}/turns`)
  expect(shown.body.data.map(({ id }) => id)).toEqual(turns.map(({ id }) => id))
  expect(simulator.counts()).toMatchObject({ generated: 5 })
})

test('the conversation goes on after the service was stopped and started again', async () => {
  const { start } = await prepare()
  const first = await start()
  const session = await call(first.url, 'POST', '/v1/sessions', {})
  const before = await edit(first.url, session.body.id, [say('a lighthouse')])
  expect(before.body.status).toBe('succeeded')
  await first.close()

  const second = await start()
  const after = await edit(second.url, session.body.id, [say('at night')])
  expect(after.body).toMatchObject({ status: 'succeeded', parentId: before.body.id, historyFidelity: 'exact' })
  const picture = await fetch(`${second.url}${new URL(String(before.body.output?.image?.url), second.url).pathname}`)
  expect(picture.status).toBe(200)
  expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
})

test('two overloads, an expired file and a lost model are mended within their turns, and the ledger tells', async () => {
  const { start, simulator } = await prepare()
  const { url } = await start()
  const media = await upload(url, await photo())
  const session = await call(url, 'POST', '/v1/sessions', {})
  simulator.setFaults([{ match: { nth: { from: 1, to: 2 } }, fault: { kind: 'error', error: 'overloaded' } }])
  const first = await edit(url, session.body.id, [show(media.body.id), say('add a kite')])
  expect(first.body.attempts).toMatchObject([
    { outcome: 'overloaded', httpStatus: 503, next: 'retry', billed: 'no' },
    { outcome: 'overloaded', httpStatus: 503, next: 'retry', billed: 'no' },
    { outcome: 'succeeded' },
  ])

  simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'expire_files' } }])
  const second = await edit(url, session.body.id, [say('make it dusk')])
  expect(second.body).toMatchObject({ status: 'succeeded', historyFidelity: 'exact' })
  expect(second.body.attempts).toMatchObject([{ outcome: 'media_gone', httpStatus: 403, next: 'repair' }, { outcome: 'succeeded' }])

  simulator.setFaults([{ match: { model: 'gemini-3-pro-image' }, fault: { kind: 'quota_zero' } }])
  const third = await edit(url, session.body.id, [say('add stars')])
  expect(third.body).toMatchObject({ status: 'succeeded', fallback: true, model: 'gemini-nano-banana-2.1', historyFidelity: 'repacked' })
  expect(third.body.attempts).toMatchObject([{ outcome: 'quota_exhausted', next: 'fallback' }, { outcome: 'succeeded' }])
})

test('a refusal ends the turn with the reason, and the session goes on from its head', async () => {
  const { start, simulator } = await prepare()
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  const good = await edit(url, session.body.id, [say('a cat')])
  simulator.setFaults([{ match: {}, fault: { kind: 'refusal', refusal: 'image_safety' } }])
  const refused = await edit(url, session.body.id, [say('something else')])
  expect(refused).toMatchObject({ status: 201, body: { status: 'failed', error: { code: 'content_blocked', reason: 'IMAGE_SAFETY' } } })
  expect(refused.body.attempts.map(({ outcome }) => outcome)).toEqual(['blocked', 'blocked'])
  simulator.setFaults([])
  const next = await edit(url, session.body.id, [say('a hat for it')])
  expect(next.body).toMatchObject({ status: 'succeeded', parentId: good.body.id })
})

test('a turn runs without anyone waiting: 202, its events as a stream, its state by GET', async () => {
  const { start } = await prepare()
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  const accepted = await call<TurnJson>(url, 'POST', `/v1/sessions/${session.body.id}/turns`, { parts: [say('a tree')] })
  expect(accepted.status).toBe(202)
  expect(accepted.headers.get('retry-after')).toMatch(/^\d+$/)
  const stream = await (await fetch(`${url}/v1/turns/${accepted.body.id}/events`)).text()
  const types = [...stream.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)
  expect(types.at(0)).toBe('turn.queued')
  expect(types).toContain('attempt.started')
  expect(types).toContain('part.image')
  expect(types.at(-1)).toBe('turn.succeeded')
  const seqs = [...stream.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq))
  expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  const turn = await call<TurnJson>(url, 'GET', `/v1/turns/${accepted.body.id}`)
  expect(turn.body).toMatchObject({ status: 'succeeded', version: seqs.length })
  const resumed = await (await fetch(`${url}/v1/turns/${accepted.body.id}/events`, { headers: { 'last-event-id': '2' } })).text()
  expect(resumed).toContain('id: 3\n')
  expect(resumed).not.toContain('id: 2\n')
})

test('no row and no log line holds an image, a prompt or a key', async () => {
  const { start, logged, env } = await prepare({ signatureBytes: { min: 1_200, max: 1_200 } })
  const { url } = await start()
  const media = await upload(url, await photo())
  const session = await call<Json>(url, 'POST', '/v1/sessions', {})
  await edit(url, session.body.id, [show(media.body.id), say('xyzzy-prompt')])
  const { connect } = await import('../../src/db/connect.ts')
  const { sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'test' })
  const rows = await sql`select raw from parts union all select data from events union all select coalesce(request, '') from attempts`
  await sql.end()
  expect(rows.length).toBeGreaterThan(5)
  for (const row of rows) expect(String(row.raw)).not.toMatch(/[A-Za-z0-9+/=_-]{300,}/)
  const lines = JSON.stringify(logged)
  expect(lines).toContain('/v1/sessions')
  expect(lines).not.toMatch(/xyzzy-prompt|simulated"|[A-Za-z0-9+/]{200,}/)
})
