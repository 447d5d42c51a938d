/** What a node that executes turns does with jobs, and by the clock. */
import type { Composed } from '../compose.ts'
import type { Config } from '../config.ts'
import { systemClock as clock } from '../runtime/clock.ts'
import { SCHEDULES } from '../services/schedules.ts'
import { watchAlerts } from '../services/watch-alerts.ts'
import type { Dispatch } from './dispatch.ts'
import { deliverAlert } from './webhooks/deliver-alert.ts'
import { deliverWebhook } from './webhooks/deliver-webhook.ts'
import { createWebhookSender } from './webhooks/post-webhook.ts'

/** Begins to take jobs; `wake` has the executor look for turns. Returns what ends the connections it opened. */
export async function takeJobs(
  dispatch: Dispatch,
  wake: () => void,
  { installation, presentWebhook }: Pick<Composed, 'installation' | 'presentWebhook'>,
  { alertWebhook, webhookAllowPrivate }: Pick<Config, 'alertWebhook' | 'webhookAllowPrivate'>,
): Promise<() => Promise<void>> {
  const sender = createWebhookSender({ clock, allowPrivate: webhookAllowPrivate })
  // The operator's own address, which may well lie inside.
  const alertSender = createWebhookSender({ clock, allowPrivate: true })
  const alertOutlet = alertWebhook === null ? null : { enqueue: dispatch.enqueueAlerts }
  await dispatch.work({
    wake,
    deliver: (owed) => deliverWebhook(installation, presentWebhook, sender, owed),
    deliverAlert: alertWebhook === null ? null : (alert) => deliverAlert(installation, alertWebhook, alertSender, alert),
    schedules: [
      ...SCHEDULES.map(({ name, cron, run }) => ({ name, cron, run: () => run(installation) })),
      { name: 'watch-alerts', cron: '* * * * *', run: () => watchAlerts(installation, alertOutlet) },
    ],
  })
  return async () => {
    await Promise.all([sender.close(), alertSender.close()])
  }
}
