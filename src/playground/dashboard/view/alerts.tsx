import type { Alert } from '../../../client/index.ts'
import { formatAge } from '../../model/figures.ts'
import { Icon } from '../../view/icons.tsx'
import { useNow } from '../../view/use-now.ts'
import { measureOf, nameOfRule } from '../model/words.ts'
import { useBoard } from './post.ts'

const MINUTE_MS = 60_000

/** What is wrong now, and what was within the last day. */
export function Alerts() {
  const { alerts, stats } = useBoard()
  if (alerts === null) return null
  const firing = alerts.filter(({ state }) => state === 'firing')
  const resolved = alerts.filter(({ state }) => state === 'resolved')
  return (
    <section class="alerts" aria-label="Alerts">
      {firing.length === 0 && (
        <p class="alert alert-none">
          <Icon name="check" />
          No alert fires.
          {stats?.degradedMode === true &&
            ` ${stats.degradedStrategies.join(', ')}: starts on a fallback, since its first model is given a rest.`}
        </p>
      )}
      <ul>
        {firing.map((alert) => (
          <AlertLine key={`${alert.rule} ${alert.subject} ${alert.tenant}`} alert={alert} />
        ))}
      </ul>
      {resolved.length > 0 && (
        <details class="details">
          <summary>Resolved within a day: {resolved.length}</summary>
          <ul>
            {resolved.map((alert) => (
              <AlertLine key={`${alert.rule} ${alert.subject} ${alert.tenant} ${alert.since}`} alert={alert} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function AlertLine({ alert }: { alert: Alert }) {
  const nowMs = useNow(MINUTE_MS)
  const { rule, severity, state, subject, tenant, since, resolvedAt } = alert
  const began = formatAge(nowMs - Date.parse(since))
  const facts = [
    subject,
    tenant,
    measureOf(alert),
    resolvedAt === null ? `since ${began}` : `resolved ${formatAge(nowMs - Date.parse(resolvedAt))}`,
  ]
  return (
    <li class={`alert alert-${state === 'firing' ? severity : 'past'}`}>
      <Icon name={state === 'firing' ? 'warning' : 'check'} />
      <span class="alert-name">{nameOfRule(rule)}</span>
      <span class="unseen">{severity}</span>
      <span class="alert-facts">{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</span>
    </li>
  )
}
