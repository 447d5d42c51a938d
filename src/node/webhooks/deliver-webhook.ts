/** The job behind a webhook: looks up what it tells of, signs it and sends it. */

import { loadTurns } from '../../db/turn-views.ts'
import { webhookFacts } from '../../db/webhook-queries.ts'
import { describeError } from '../../domain/describe-error.ts'
import type { OwedWebhook } from '../../domain/ports.ts'
import type { PresentWebhook } from '../../http/present/present-webhook.ts'
import type { Installation } from '../../services/context.ts'
import { signingSecrets } from '../../services/webhook-secrets.ts'
import type { WebhookSender } from './post-webhook.ts'
import { webhookHeaders } from './sign-webhook.ts'

/** The receiver is gone for good (standardwebhooks spec, "Responses"). */
const GONE = 410

/** Throws while the receiver has not taken it, so that it is tried again; ends well when there is nobody left to tell. */
export async function deliverWebhook(
  inst: Installation,
  present: PresentWebhook | null,
  sender: WebhookSender,
  owed: OwedWebhook,
): Promise<void> {
  const { db, clock, logger } = inst
  const facts = await webhookFacts(db, owed)
  const [turn] = await loadTurns(db, [owed.turnId])
  if (facts === null || turn === undefined) return
  if (present === null) throw new Error('PUBLIC_URL is no longer set')
  const secrets = await signingSecrets(inst, facts.tenantId)
  const body = JSON.stringify(await present(turn, facts))
  const headers = { 'content-type': 'application/json', 'user-agent': 'pentimento' }
  const signed = webhookHeaders(secrets, `${owed.turnId}-${owed.seq}`, clock.nowMs(), body)
  const told = { turn: owed.turnId, seq: owed.seq, host: new URL(facts.url).host }
  const status = await sender.post({ url: facts.url, headers: { ...headers, ...signed }, body }).catch((error: unknown) => {
    logger.warn('webhook.failed', { ...told, error: describeError(error) })
    throw error
  })
  logger.info('webhook.answered', { ...told, status })
  if (status === GONE || (status >= 200 && status < 300)) return
  throw new Error(`the receiver answered ${status}`)
}
