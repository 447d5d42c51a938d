/** Signatures of the Standard Webhooks specification, version 1 (`v1`: HMAC-SHA256). */
import { createHmac } from 'node:crypto'
import { webhookKeyOf } from '../../domain/webhook-secret.ts'

/**
 * The three headers a receiver checks, signed with each of `secrets`: it is content with any signature that it can verify.
 * `sentAtMs` (Unix ms) is when it is sent, not what it tells of: replays are told by it.
 */
export function webhookHeaders(secrets: readonly string[], id: string, sentAtMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAtMs / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(webhookKeyOf(secret), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
