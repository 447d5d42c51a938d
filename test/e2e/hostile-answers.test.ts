import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ANSWER_BYTES_MAX } from '../../src/gemini/read-answer.ts'
import { startUpstream } from '../gemini/local-upstream.ts'
import { call, edit, prepare, say, type TurnJson } from './running-service.ts'

// Hundreds of megabytes through a whole service, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const SMALL = { edge1kPx: 64, textRate: 0 }
const ONCE = { policy: { resendAmbiguous: 0 } }
const HEAD = 'data: {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"'
const TAIL = '"}}],"role":"model"},"finishReason":"STOP","index":0}]}\r\n\r\n'
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

/** A turn against an upstream that answers every request with `pieces`, as far as its caller reads them. */
async function turnAgainst(pieces: () => Iterable<string | Buffer>): Promise<{ url: string; turn: TurnJson; media: string[] }> {
  const upstream = await startUpstream((request, response) => {
    response.setHeader('content-type', 'text/event-stream')
    request.resume().on('end', () => void pipeline(Readable.from(pieces(), { objectMode: false }), response).catch(() => undefined))
  })
  onTestFinished(() => upstream.stop())
  const { start, env } = await prepare()
  const { url } = await start({ GEMINI_BASE_URL: upstream.baseUrl })
  const session = await call(url, 'POST', '/v1/sessions', {})
  const { body } = await edit(url, session.body.id, [say('a lighthouse')], ONCE, { prefer: 'wait=55' })
  const media = await readdir(join(String(env.DATA_DIR), 'media'), { recursive: true })
  return { url, turn: body, media: media.filter((name) => /[0-9a-f]{32}/.test(name)) }
}

test('a picture of 30 MB in one part is taken in and given out byte for byte', async () => {
  const picture = Buffer.concat([PNG, randomBytes(30_000_000)])
  const { url, turn } = await turnAgainst(() => [HEAD, picture.toString('base64'), TAIL])
  expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'succeeded' }] })
  const content = await fetch(`${url}/v1/media/${turn.output?.image?.mediaId}/content`)
  const digest = createHash('sha256')
    .update(Buffer.from(await content.arrayBuffer()))
    .digest('hex')
  expect(digest).toBe(createHash('sha256').update(picture).digest('hex'))
})

test('an answer without end is broken off at its limit: the turn says so, the process lives, nothing of it is kept', async () => {
  const piece = Buffer.alloc(1_000_000, 'QUJD')
  let sentBytes = 0
  const { url, turn, media } = await turnAgainst(function* () {
    yield HEAD
    for (; sentBytes < 2 * ANSWER_BYTES_MAX; sentBytes += piece.length) yield piece
    yield TAIL
  })
  expect(turn).toMatchObject({ status: 'outcome_unknown', output: null, attempts: [{ outcome: 'ambiguous', billed: 'maybe' }] })
  expect(JSON.stringify(turn.attempts)).toContain(`longer than ${ANSWER_BYTES_MAX} bytes`)
  expect(sentBytes).toBeLessThan(ANSWER_BYTES_MAX + 50_000_000)
  expect(media).toEqual([])
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test.each([
  ['cut short', { kind: 'cut', afterBytes: 5_000 } as const],
  ['with wrong base64', { kind: 'wrong_base64' } as const],
])('an answer %s is no answer: it is sent for once more, and the second one counts', async (_what, fault) => {
  const { start, simulator, env } = await prepare({ ...SMALL, imageBytes: 40_000 })
  const { url } = await start()
  const session = await call(url, 'POST', '/v1/sessions', {})
  simulator.setFaults([{ match: {}, times: 1, fault }])
  const { body } = await edit(url, session.body.id, [say('a lighthouse')])
  expect(body).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'ambiguous', billed: 'maybe' }, { outcome: 'succeeded' }] })
  const temporary = await readdir(join(String(env.DATA_DIR), 'media', 'tmp'))
  expect(temporary).toEqual([])
})
