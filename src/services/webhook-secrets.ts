/** What webhooks of a tenant are signed with, and how that is changed without a receiver missing one. */
import { replaceWebhookSecret, retiredSecrets, settleWebhookSecret } from '../db/webhook-secret-queries.ts'
import { makeWebhookSecret } from '../domain/webhook-secret.ts'
import type { Installation } from './context.ts'

/** How long the secret before signs along: a working day, wherever the receiver's people are. */
export const SECRET_GRACE_MS = 24 * 3_600_000

/** The present secret; made now where there is none, the same for all nodes. */
export function webhookSecretOf({ db, random }: Pick<Installation, 'db' | 'random'>, tenantId: string): Promise<string> {
  return settleWebhookSecret(db, tenantId, () => makeWebhookSecret(random))
}

/** All that sign now, the present one first. */
export async function signingSecrets(inst: Pick<Installation, 'db' | 'clock' | 'random'>, tenantId: string): Promise<string[]> {
  const present = await webhookSecretOf(inst, tenantId)
  return [present, ...(await retiredSecrets(inst.db, tenantId, inst.clock.nowMs()))]
}

/**
 * Sets the secret `given`, or makes one (null); the one before signs along for `SECRET_GRACE_MS`. To be called with the tenant's row
 * locked. Returns where the new one is from, for the audit log; null when nothing has changed.
 */
export async function replaceSecret(
  { db, clock, random }: Pick<Installation, 'db' | 'clock' | 'random'>,
  tenantId: string,
  given: string | null,
): Promise<'given' | 'made' | null> {
  const secret = given ?? makeWebhookSecret(random)
  const replaced = await replaceWebhookSecret(db, tenantId, secret, clock.nowMs() + SECRET_GRACE_MS)
  if (!replaced) return null
  return given === null ? 'made' : 'given'
}
