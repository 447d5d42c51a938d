/** Moving sessions over HTTP: exports as bytes, imports of them. */
import { type Answer, edit, type Json, photo, say, show, type TurnJson, upload } from '../e2e/running-service.ts'

export async function exportAs(url: string, sessionId: string, query: string): Promise<{ headers: Headers; bytes: Buffer }> {
  const response = await fetch(`${url}/v1/sessions/${sessionId}/export?${query}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.status !== 200) throw new Error(`export: ${response.status} ${bytes}`)
  return { headers: response.headers, bytes }
}

export async function importAs(url: string, type: 'application/json' | 'application/zip', bytes: Uint8Array): Promise<Answer<Json>> {
  const response = await fetch(`${url}/v1/sessions/import`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Uint8Array(bytes),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
}

export interface Conversation {
  sessionId: string
  turns: TurnJson[]
}

/** A photo, edited three times, with a branch off the first edit; the last turn is a branch's. */
export async function converse(url: string): Promise<Conversation> {
  const media = await upload(url, await photo())
  const { id } = (await (
    await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Ein Häuschen <am> Meer', metadata: { b: '1', a: '2' } }),
    })
  ).json()) as Json
  const first = await edit(url, id, [show(media.body.id), say('add a red kite')])
  const second = await edit(url, id, [say('make it night ?text')])
  const third = await edit(url, id, [say('add snow')])
  const branch = await edit(url, id, [say('add a boat <b>instead</b>')], { parentId: first.body.id })
  return { sessionId: id, turns: [first.body, second.body, third.body, branch.body] }
}
