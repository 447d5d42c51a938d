/**
 * Secrets of keys: `pen_` and 256 random bits. What is kept of one is its SHA-256: so many bits can be neither guessed nor tried out,
 * so that a slow hash, which passwords need, would only make each request slower.
 */
import type { Random } from '../domain/ports.ts'
import { sha256Of } from './digest.ts'

const SECRET_BYTES = 32
const SHAPE = /^pen_[\w-]{43}$/

export function makeSecret(random: Random): string {
  const base64 = btoa(String.fromCharCode(...random.bytes(SECRET_BYTES)))
  return `pen_${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`
}

/** Whether it could be one of ours, so that anything else is not looked for. */
export function isSecret(text: string): boolean {
  return SHAPE.test(text)
}

/** Hex SHA-256. */
export function digestOfSecret(secret: string): Promise<string> {
  return sha256Of(new TextEncoder().encode(secret))
}
