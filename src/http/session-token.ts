/**
 * Tokens for browsers: one session and nothing else, for a while. `pst_<payload>.<mac>`, both base64url; the MAC is
 * HMAC-SHA256 over the payload with a prefix of its own, so that nothing else we sign can pass for a token.
 */
import { z } from '@hono/zod-openapi'
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode'

const SHAPE = /^pst_([\w-]{1,1000})\.([\w-]{43})$/
const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const encoder = new TextEncoder()

const Claims = z.strictObject({ tenantId: z.string(), sessionId: z.string(), expiresAtMs: z.number() })
export type SessionClaims = z.infer<typeof Claims>

/** A token that stands for `claims` until their `expiresAtMs` (Unix ms). */
export async function signSessionToken(claims: SessionClaims, secret: string): Promise<string> {
  const payload = toBase64Url(encoder.encode(JSON.stringify(claims)))
  const mac = await crypto.subtle.sign(HMAC.name, await importKey(secret), signedBytes(payload))
  return `pst_${payload}.${toBase64Url(new Uint8Array(mac))}`
}

/** What a token stands for, or null when it is not one of ours, was tampered with, or has expired by `nowMs` (Unix ms). */
export async function readSessionToken(token: string, secret: string, nowMs: number): Promise<SessionClaims | null> {
  const [, payload, mac] = SHAPE.exec(token) ?? []
  if (payload === undefined || mac === undefined) return null
  const genuine = await crypto.subtle.verify(HMAC.name, await importKey(secret), decodeBase64Url(mac), signedBytes(payload))
  if (!genuine) return null
  const claims = Claims.parse(JSON.parse(new TextDecoder().decode(decodeBase64Url(payload))))
  return claims.expiresAtMs > nowMs ? claims : null
}

function importKey(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), HMAC, false, ['sign', 'verify'])
}

function signedBytes(payload: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`pentimento session token\n${payload}`)
}

function toBase64Url(bytes: Uint8Array<ArrayBuffer>): string {
  return encodeBase64Url(bytes.buffer).replaceAll('=', '')
}
