import { beforeAll, expect, test } from 'vitest'
import { call, type OpenApp, openApp } from '../http/open-app.ts'

let open: OpenApp
beforeAll(async () => {
  open = await openApp({
    apiKeys: [
      { tenantId: 'alice', key: 'key-of-alice-000' },
      { tenantId: 'bob', key: 'key-of-bob-00000' },
    ],
  })
})

const as = (name: 'alice' | 'bob') => ({ Authorization: `Bearer ${name === 'alice' ? 'key-of-alice-000' : 'key-of-bob-00000'}` })

async function newSession(title: string | null): Promise<string> {
  const { body } = await call(open.app, 'POST', '/v1/sessions', { title }, as('alice'))
  return String((body as { id: string }).id)
}

const exported = (id: string, query = '', headers: Record<string, string> = as('alice')) =>
  open.app.request(`/v1/sessions/${id}/export${query}`, { headers })

test('each format is a file to download, of its own type and by the session’s title', async () => {
  const id = await newSession('Ein Häuschen / am "Meer"')
  const answers = await Promise.all(['json', 'zip', 'gemini', 'html', 'markdown'].map((format) => exported(id, `?format=${format}`)))
  expect(answers.map(({ status, headers }) => [status, headers.get('Content-Type'), headers.get('Content-Disposition')])).toEqual([
    [200, 'application/json', 'attachment; filename="ein-hauschen-am-meer.json"'],
    [200, 'application/zip', 'attachment; filename="ein-hauschen-am-meer.zip"'],
    [200, 'application/json', 'attachment; filename="ein-hauschen-am-meer.gemini.json"'],
    [200, 'text/html; charset=utf-8', 'attachment; filename="ein-hauschen-am-meer.html"'],
    [200, 'text/markdown; charset=utf-8', 'attachment; filename="ein-hauschen-am-meer.md"'],
  ])
  expect((await exported(await newSession('海辺の家'))).headers.get('Content-Disposition')).toMatch(/filename="ses_[0-9a-z]{26}\.json"/)
})

test('a session without turns moves too, and is what comes without a format', async () => {
  const bundle = await (await exported(await newSession('empty'))).text()
  const answer = await open.app.request('/v1/sessions/import', {
    method: 'POST',
    headers: { ...as('bob'), 'Content-Type': 'application/json; charset=utf-8' },
    body: bundle,
  })
  expect(answer.status).toBe(201)
  const session = (await answer.json()) as { id: string; title: string; createdAt: string }
  expect(session).toMatchObject({ title: 'empty', turnCount: 0, headTurnId: null })
  expect(answer.headers.get('Location')).toBe(`/v1/sessions/${session.id}`)
  expect(await (await exported(session.id, '', as('bob'))).text()).toBe(bundle)
})

test('a session’s token exports that session and no other, and imports nothing', async () => {
  const [mine, other] = [await newSession('mine'), await newSession('other')]
  const { body } = await call(open.app, 'POST', `/v1/sessions/${mine}/tokens`, {}, as('alice'))
  const token = { Authorization: `Bearer ${(body as { token: string }).token}` }
  expect((await exported(mine, '', token)).status).toBe(200)
  expect((await exported(other, '', token)).status).toBe(404)
  const bundle = await (await exported(mine)).text()
  const headers = { ...token, 'Content-Type': 'application/json' }
  expect((await open.app.request('/v1/sessions/import', { method: 'POST', headers, body: bundle })).status).toBe(404)
  expect((await exported(mine, '', as('bob'))).status).toBe(404)
})

test('what cannot be exported or imported is refused before anything is read', async () => {
  const id = await newSession('refused')
  const trouble = async (response: Response | Promise<Response>) => {
    const { status, code, errors } = (await (await response).json()) as { status: number; code: string; errors?: { path: string }[] }
    return [status, code, errors?.[0]?.path]
  }
  expect(await trouble(exported(id, '?format=pdf'))).toEqual([400, 'invalid_request', 'format'])
  expect(await trouble(exported(id, '?leaf=trn_01kas3nn1gf8st3gq9z4k7m2xw'))).toEqual([404, 'not_found', undefined])
  const importing = (type: string, body: string) =>
    trouble(open.app.request('/v1/sessions/import', { method: 'POST', headers: { ...as('alice'), 'Content-Type': type }, body }))
  expect(await importing('image/png', 'x')).toEqual([415, 'unsupported_media_type', undefined])
  expect(await importing('application/zip', 'x')).toEqual([400, 'invalid_request', ''])
  expect(await importing('application/json', '{}')).toEqual([400, 'invalid_request', 'format'])
})
