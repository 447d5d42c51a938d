import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/domain/ports.ts'
import { createMediaUrls } from '../../src/media/signed-url.ts'

const NOON_MS = Date.parse('2026-11-20T12:00:00Z')
const HOUR_MS = 3_600_000
const PATH = '/v1/media/med_0000000000000000000000000a/content'

function urlsAt(nowMs: number, secret = 'a secret of some length', ttlMs = HOUR_MS) {
  const clock: Clock = { nowMs: () => nowMs, sleep: async () => {} }
  return createMediaUrls({ secret, clock, ttlMs })
}

describe('a signed address', () => {
  test('is good for its path, and keeps the query it had', async () => {
    const signed = await urlsAt(NOON_MS).sign(`${PATH.replace('content', 'thumbnail')}?w=256`)
    expect(signed).toMatch(/^\/v1\/media\/med_0000000000000000000000000a\/thumbnail\?exp=\d+&w=256&sig=[\w-]{43}$/)
    expect(await urlsAt(NOON_MS).verify(signed)).toBe(true)
  })

  test('stays the same from one hour to the next, on every node', async () => {
    const signed = await Promise.all([0, 1, HOUR_MS - 1, HOUR_MS].map((laterMs) => urlsAt(NOON_MS + laterMs).sign(PATH)))
    expect(new Set(signed).size).toBe(1)
  })

  test('lasts at least its time, and ends within a day after', async () => {
    for (const hour of [0, 9, 22, 23]) {
      const madeAtMs = NOON_MS + hour * HOUR_MS
      const signed = await urlsAt(madeAtMs).sign(PATH)
      expect(await urlsAt(madeAtMs + HOUR_MS).verify(signed), `made at hour ${hour}`).toBe(true)
      expect(await urlsAt(madeAtMs + 25 * HOUR_MS).verify(signed), `made at hour ${hour}`).toBe(false)
    }
  })

  test.each([
    ['another path', (url: string) => url.replace('000a', '000b')],
    ['a later expiry', (url: string) => url.replace(/exp=(\d)/, 'exp=9$1')],
    ['another query', (url: string) => `${url}&w=64`],
    ['a signature cut short', (url: string) => url.slice(0, -1)],
    ['no signature', (url: string) => url.replace(/&sig=.*/, '')],
    ['no expiry', (url: string) => url.replace(/exp=\d+&/, '')],
  ])('is nothing with %s', async (_, change) => {
    const signed = await urlsAt(NOON_MS).sign(PATH)
    expect(await urlsAt(NOON_MS).verify(signed)).toBe(true)
    expect(await urlsAt(NOON_MS).verify(change(signed))).toBe(false)
  })

  test('is nothing to whoever has another secret', async () => {
    expect(await urlsAt(NOON_MS, 'another secret').verify(await urlsAt(NOON_MS).sign(PATH))).toBe(false)
  })

  test('is not believed for a mac over the same text without its purpose', async () => {
    const secret = 'a secret of some length'
    const exp = String(NOON_MS + HOUR_MS)
    const key = await crypto.subtle.importKey('raw', Buffer.from(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const mac = await crypto.subtle.sign('HMAC', key, Buffer.from(`${PATH}\nexp=${exp}`))
    expect(await urlsAt(NOON_MS, secret).verify(`${PATH}?exp=${exp}&sig=${Buffer.from(mac).toString('base64url')}`)).toBe(false)
  })
})
