import type { Stats } from '../../../client/index.ts'
import { formatDuration, formatUsd } from '../../model/figures.ts'
import { modelName } from '../../model/words.ts'
import { formatPercent, NONE, orNone } from '../model/figures.ts'
import { BREAKERS } from '../model/words.ts'
import { Badge } from './badge.tsx'
import { Panel } from './panel.tsx'
import { ScrollArea } from './scroll-area.tsx'

const COLUMNS = ['Model', 'Breaker', 'Attempts', 'Succeed', 'p50', 'p95', 'Fallbacks', 'Cost']

/** How each model fares at each endpoint. */
export function ModelTable({ models }: Pick<Stats, 'models'>) {
  const several = new Set(models.map(({ endpoint }) => endpoint)).size > 1
  return (
    <Panel title="Models" note="A model that keeps failing is given a rest by its breaker">
      <ScrollArea label="Models">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {models.map(({ model, endpoint, breaker, attempts, successRate, latencyMs, fallbacks, costUsd }) => (
              <tr key={`${endpoint} ${model}`}>
                <th scope="row" title={model}>
                  {modelName(model)} {several && <span class="muted">{endpoint}</span>}
                </th>
                <td>{breaker === null ? <Badge name="Not configured" tone="none" /> : <Badge {...BREAKERS[breaker]} />}</td>
                <td>{attempts}</td>
                <td>{orNone(successRate, formatPercent)}</td>
                <td>{orNone(latencyMs.p50, formatDuration)}</td>
                <td>{orNone(latencyMs.p95, formatDuration)}</td>
                <td>{fallbacks}</td>
                <td>{attempts === 0 ? NONE : formatUsd(costUsd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </Panel>
  )
}
