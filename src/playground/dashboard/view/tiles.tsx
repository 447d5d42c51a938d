import type { Stats } from '../../../client/index.ts'
import { formatCount, formatDuration, formatUsd } from '../../model/figures.ts'
import { formatPercent, formatSeconds, orNone } from '../model/figures.ts'
import { useBoard } from './post.ts'

interface Tile {
  name: string
  value: string
  note: string
}

/** The window in numbers. */
export function Tiles({ stats }: { stats: Stats }) {
  const { live } = useBoard()
  return (
    <dl class="tiles">
      {tilesOf(stats, live.attempts.size).map(({ name, value, note }) => (
        <div key={name} class="tile">
          <dt>{name}</dt>
          <dd class="tile-value">{value}</dd>
          <dd class="tile-note">{note}</dd>
        </div>
      ))}
    </dl>
  )
}

function tilesOf(
  { successRate, latencyMs, requests, turns, attempts, fallbackRate, fallbacks, queue, costUsd, retriesPerSuccess }: Stats,
  inFlight: number,
): Tile[] {
  const ended = turns.succeeded ?? 0
  return [
    {
      name: 'Success rate',
      value: orNone(successRate, formatPercent),
      note: `of ${formatCount(attempts, 'attempt')}`,
    },
    {
      name: 'Time to an answer',
      value: orNone(latencyMs.p50, formatSeconds),
      note: `p95 ${orNone(latencyMs.p95, formatSeconds)} · p99 ${orNone(latencyMs.p99, formatSeconds)}`,
    },
    { name: 'Edits', value: String(requests), note: `${ended} succeeded · ${requests - ended} did not` },
    {
      name: 'Fallbacks',
      value: orNone(fallbackRate, formatPercent),
      note: `${formatCount(fallbacks, 'answer')} · ${orNone(retriesPerSuccess, (n) => n.toFixed(2))} retries each`,
    },
    {
      name: 'In the queue',
      value: String(queue.depth),
      note: queue.depth === 0 ? 'nobody waits' : `the first for ${formatDuration(queue.oldestMs)}`,
    },
    { name: 'In flight', value: String(inFlight), note: 'attempts just now' },
    { name: 'Cost', value: formatUsd(costUsd), note: requests === 0 ? 'in this time' : `${formatUsd(costUsd / requests)} an edit` },
  ]
}
