/** Which addresses turns may name for their webhooks, and what to say of others. Where a host leads is checked when it is called. */

export interface WebhookRules {
  /** How the outside reaches this service; the media in a webhook are linked by it. */
  publicUrl: string | null
  /** Plain HTTP and addresses inside are fine: for tests and closed networks. */
  allowPrivate: boolean
}

/** Null when `url` may be called. */
export function webhookRefusal({ publicUrl, allowPrivate }: WebhookRules, url: string): string | null {
  if (publicUrl === null) return 'webhooks need PUBLIC_URL to be set, to the address this service is reached by from outside'
  if (!allowPrivate && !url.startsWith('https://')) return 'must begin with https://'
  return null
}
