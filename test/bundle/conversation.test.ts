import { expect, test } from 'vitest'
import { call, edit, prepare, say, type TurnJson } from '../e2e/running-service.ts'
import { converse, exportAs, importAs } from './moving.ts'

const small = { edge1kPx: 64 }

for (const [format, type] of [
  ['json&media=inline', 'application/json'],
  ['zip', 'application/zip'],
] as const) {
  test(`a conversation moved as ${format} to another installation is exported there as the same bytes, and goes on exactly`, async () => {
    const here = await prepare(small)
    const { url } = await here.start()
    const { sessionId, turns } = await converse(url)
    expect(turns.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
    const { bytes } = await exportAs(url, sessionId, `format=${format}`)

    const there = await prepare(small)
    const other = await there.start({ GEMINI_BASE_URL: here.simulator.url })
    const imported = await importAs(other.url, type, bytes)
    expect(imported, JSON.stringify(imported.body)).toMatchObject({ status: 201, body: { turnCount: 4, costUsd: 0 } })
    expect(imported.headers.get('location')).toBe(`/v1/sessions/${imported.body.id}`)
    expect(imported.body.id).not.toBe(sessionId)
    expect((await exportAs(other.url, imported.body.id, `format=${format}`)).bytes.equals(bytes)).toBe(true)

    const next = await edit(other.url, imported.body.id, [say('add a moon')])
    expect(next.body).toMatchObject({ status: 'succeeded', historyFidelity: 'exact', index: 3 })
    const shown = await call<{ data: TurnJson[] }>(other.url, 'GET', `/v1/sessions/${imported.body.id}/turns`)
    expect(shown.body.data.map(({ costUsd }) => costUsd > 0)).toEqual([false, false, false, true])
    const events = await (await fetch(`${other.url}/v1/turns/${shown.body.data[0]?.id}/events`)).text()
    expect([...events.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)).toEqual(['turn.succeeded'])
  })
}

test('where the signatures mean nothing the next turn re-packs what was imported', async () => {
  const here = await prepare(small)
  const { url } = await here.start()
  const { sessionId } = await converse(url)
  const { bytes } = await exportAs(url, sessionId, 'format=zip')

  const there = await prepare({ ...small, secret: 'another' })
  const other = await there.start()
  const imported = await importAs(other.url, 'application/zip', bytes)
  const next = await edit(other.url, imported.body.id, [say('add a moon')])
  expect(next.body).toMatchObject({ status: 'succeeded', historyFidelity: 'repacked' })
  expect(next.body.attempts).toMatchObject([{ outcome: 'signature_rejected', next: 'repair' }, { outcome: 'succeeded' }])
})

test('the gemini export is accepted as it is by a strict simulator, and refused with a signature of another place', async () => {
  const here = await prepare(small)
  const { url } = await here.start()
  const { sessionId, turns } = await converse(url)
  const post = async (body: string | Buffer) => {
    const response = await fetch(`${here.simulator.url}/v1beta/models/gemini-3-pro-image:generateContent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': 'simulated' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    return { status: response.status, text: await response.text() }
  }
  const { bytes, headers } = await exportAs(url, sessionId, 'format=gemini')
  expect(headers.get('content-disposition')).toBe('attachment; filename="ein-hauschen-am-meer.gemini.json"')
  const { contents } = JSON.parse(bytes.toString()) as { contents: { role: string; parts: { thoughtSignature?: string }[] }[] }
  expect(contents.map(({ role }) => role)).toEqual(['user', 'model', 'user', 'model', 'user', 'model'])
  expect((await post(bytes)).status).toBe(200)
  const branch = await exportAs(url, sessionId, `format=gemini&leaf=${turns[3]?.id}`)
  expect((await post(branch.bytes)).status).toBe(200)

  const [signature = ''] = contents.flatMap(({ parts }) => parts.flatMap((part) => part.thoughtSignature ?? []))
  const forged = bytes.toString().replace(signature, signature.replace(/^.{40}/, 'A'.repeat(40)))
  expect(await post(forged)).toMatchObject({ status: 400, text: expect.stringMatching(/signature/i) })
})
