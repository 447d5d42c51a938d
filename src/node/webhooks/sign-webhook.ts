/** Signatures of the Standard Webhooks specification, version 1 (`v1`: HMAC-SHA256). */
import { createHmac } from 'node:crypto'
import type { Random } from '../../domain/ports.ts'

const PREFIX = 'whsec_'
/** The specification asks for 24 to 64 bytes. */
const SECRET_BYTES = 32

/** `whsec_` and the key in base64. */
export function makeWebhookSecret(random: Random): string {
  return PREFIX + Buffer.from(random.bytes(SECRET_BYTES)).toString('base64')
}

/** The three headers a receiver checks. `sentAtMs` (Unix ms) is when it is sent, not what it tells of: replays are told by it. */
export function webhookHeaders(secret: string, id: string, sentAtMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAtMs / 1000))
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
