/** What a node that executes turns does with jobs, and by the clock. */
import type { Composed } from '../compose.ts'
import type { Config } from '../config.ts'
import { describeError } from '../domain/describe-error.ts'
import { rollUp } from '../monitoring/roll-up.ts'
import { systemClock as clock } from '../runtime/clock.ts'
import type { Installation } from '../services/context.ts'
import { SCHEDULES } from '../services/schedules.ts'
import { watchAlerts } from '../services/watch-alerts.ts'
import type { Dispatch } from './dispatch.ts'
import { deliverAlert } from './webhooks/deliver-alert.ts'
import { deliverWebhook } from './webhooks/deliver-webhook.ts'
import { createWebhookSender } from './webhooks/post-webhook.ts'

/**
 * Cron knows no less than a minute, and what has ended since the last roll-up is read row by row with every look at the stats: at a
 * million attempts a day, a minute of them takes longer to read than the rest of the day.
 */
const ROLL_UP_EVERY_MS = 10_000

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
  const stopped = new AbortController()
  const rollingUp = keepRollingUp(installation, stopped.signal)
  return async () => {
    stopped.abort()
    await Promise.all([rollingUp, sender.close(), alertSender.close()])
  }
}

/** On every node: whoever comes first takes what there is. */
async function keepRollingUp({ db, logger }: Installation, stopped: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(ROLL_UP_EVERY_MS, stopped).catch(() => undefined)
    if (stopped.aborted) return
    await rollUp(db, clock.nowMs()).catch((error: unknown) => logger.warn('roll_up.failed', { error: describeError(error) }))
  }
}
