/** The job that tells the operator of one alert. */
import type { Alert } from '../../domain/alert.ts'
import { presentAlert } from '../../http/present/present-alert.ts'
import { toIso } from '../../runtime/instant.ts'
import type { Installation } from '../../services/context.ts'
import type { WebhookSender } from './post-webhook.ts'
import { webhookHeaders } from './sign-webhook.ts'

export interface AlertWebhook {
  url: string
  /** `whsec_…`; null: it is sent unsigned. */
  secret: string | null
}

/** Throws while the receiver has not taken it, so that it is tried again. */
export async function deliverAlert(
  { clock }: Pick<Installation, 'clock'>,
  { url, secret }: AlertWebhook,
  sender: WebhookSender,
  alert: Alert,
): Promise<void> {
  const changedAtMs = alert.state === 'firing' ? alert.sinceMs : (alert.resolvedAtMs ?? alert.sinceMs)
  const data = presentAlert(alert)
  const body = JSON.stringify({ type: `alert.${alert.state}`, timestamp: toIso(changedAtMs), data })
  // The same each time it is tried, so that the receiver can tell a repeat.
  const id = [alert.rule, data.tenant ?? '', data.subject ?? '', alert.state, changedAtMs].map(encodeURIComponent).join('-')
  const signed = secret === null ? {} : webhookHeaders([secret], id, clock.nowMs(), body)
  const status = await sender.post({
    url,
    headers: { 'content-type': 'application/json', 'user-agent': 'pentimento', 'webhook-id': id, ...signed },
    body,
  })
  if (status < 200 || status >= 300) throw new Error(`the receiver of alerts answered ${status}`)
}
