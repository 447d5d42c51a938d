/** Secrets of webhooks, as the Standard Webhooks specification writes them: `whsec_` and a key of 24 to 64 bytes in base64. */
import type { Random } from './ports.ts'

const PREFIX = 'whsec_'
const KEY_BYTES = 32

/** 24 to 63 bytes, or 64. Padded, since some libraries of receivers insist on it. */
export const WEBHOOK_SECRET =
  /^whsec_(?:(?:[A-Za-z0-9+/]{4}){8,20}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?|(?:[A-Za-z0-9+/]{4}){21}(?:[A-Za-z0-9+/]{2}==)?)$/

export function makeWebhookSecret(random: Random): string {
  return PREFIX + btoa(String.fromCharCode(...random.bytes(KEY_BYTES)))
}

/** The base64 of the key. */
export function webhookKeyOf(secret: string): string {
  return secret.slice(PREFIX.length)
}
