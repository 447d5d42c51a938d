import { describe, expect, it } from 'vitest'
import { readSessionToken, signSessionToken } from '../../src/http/session-token.ts'

const NOW_MS = Date.UTC(2026, 10, 20, 12)
const claims = { tenantId: 'ateliér', sessionId: 'ses_01kas3nn1gf8st3gq9z4k7m2xw', expiresAtMs: NOW_MS + 60_000 }

describe('a session token', () => {
  it('says what was signed, until it expires', async () => {
    const token = await signSessionToken(claims, 'secret')
    expect(await readSessionToken(token, 'secret', NOW_MS)).toEqual(claims)
    expect(await readSessionToken(token, 'secret', claims.expiresAtMs - 1)).toEqual(claims)
    expect(await readSessionToken(token, 'secret', claims.expiresAtMs)).toBeNull()
  })

  it('is worth nothing with another secret', async () => {
    expect(await readSessionToken(await signSessionToken(claims, 'secret'), 'other', NOW_MS)).toBeNull()
  })

  it('is worth nothing once a character was changed', async () => {
    const token = await signSessionToken(claims, 'secret')
    for (let at = 0; at < token.length - 1; at++) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(await readSessionToken(changed, 'secret', NOW_MS), `at ${at}`).toBeNull()
    }
  })

  it('goes into an address and a header as it is', async () => {
    expect(await signSessionToken(claims, 'secret')).toMatch(/^[\w.-]+$/)
  })

  it.each(['', 'pst_', 'pst_.', 'pst_a.b', 'a key of a tenant'])('is not %j', async (text) => {
    expect(await readSessionToken(text, 'secret', NOW_MS)).toBeNull()
  })
})
