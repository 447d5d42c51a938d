import type { Stats } from '../../../client/index.ts'
import { modelName } from '../../model/words.ts'
import { formatTime, orNone } from '../model/figures.ts'
import { QUOTA_STATES } from '../model/words.ts'
import { Badge } from './badge.tsx'
import { Panel } from './panel.tsx'

type Quota = Stats['quotas'][number]

const LIMITS: readonly (readonly [name: keyof Quota['limits'], unit: string])[] = [
  ['rpm', 'requests a minute'],
  ['ipm', 'pictures a minute'],
  ['tpm', 'tokens a minute'],
  ['rpd', 'requests a day'],
]

/** What the upstream lets each project do with each model, as configured or learned, and what is left of it. */
export function QuotaTable({ quotas }: Pick<Stats, 'quotas'>) {
  return (
    <Panel title="Quotas" note="Shared by all tenants">
      {quotas.length === 0 ? (
        <p class="panel-empty">None is known.</p>
      ) : (
        <ul class="quotas">
          {quotas.map((quota) => (
            <QuotaLine key={`${quota.project} ${quota.model}`} quota={quota} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function QuotaLine({ quota }: { quota: Quota }) {
  const { project, model, limits, requestsToday, state, until } = quota
  const known = LIMITS.flatMap(([name, unit]) => (limits[name] === undefined ? [] : [`${limits[name]} ${unit}`]))
  return (
    <li class="quota">
      <span class="quota-name" title={`${model}, ${project}`}>
        {modelName(model)}
      </span>
      <Badge {...QUOTA_STATES[state]} />
      <span class="quota-facts">
        {known.length === 0 ? 'no limit known' : known.join(' · ')} · {requestsToday} today
        {orNone(until, (at) => ` · until ${formatTime(Date.parse(at))}`).replace(/^–$/, '')}
      </span>
      {limits.rpd !== undefined && limits.rpd > 0 && (
        <meter min={0} max={limits.rpd} value={requestsToday} aria-label={`${modelName(model)}: requests today of ${limits.rpd}`} />
      )}
    </li>
  )
}
