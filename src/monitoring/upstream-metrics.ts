/** Metrics of the ledger since its beginning: the same on every node, and growing only, also across restarts and deletions. */
import { addCounts, type Counts, countOf, familyOf } from './counts.ts'
import type { Histogram, Metric, Sample } from './exposition.ts'
import { countUpTo, sumMs } from './latency.ts'
import type { Tally } from './read-tallies.ts'

/** Seconds: pictures take from 3 s to minutes (wire-facts §1.3). */
const BOUNDS_SECONDS = [1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600] as const

export function upstreamMetrics(tallies: readonly Tally[]): Metric[] {
  const byModel = Map.groupBy(
    tallies.filter(({ model }) => model !== ''),
    ({ model }) => model,
  )
  const models = [...byModel].map(([model, own]) => {
    const costUsd = own.reduce((sum, { costMicros }) => sum + costMicros, 0) / 1_000_000
    return { model, costUsd, counts: addCounts(own.map(({ counts }) => counts)) }
  })
  const all = addCounts(tallies.map(({ counts }) => counts))
  const each = (samplesOf: (counts: Counts, model: string) => Sample[]) => models.flatMap(({ model, counts }) => samplesOf(counts, model))
  return [
    counter('turns_total', 'Turns that ended, by status.', familySamples(all, 'turn', 'status')),
    counter(
      'upstream_attempts_total',
      'Attempts that ended, by model and outcome.',
      each((counts, model) => familySamples(counts, 'outcome', 'outcome', { model })),
    ),
    counter(
      'upstream_responses_total',
      'The same by HTTP status; none: no answer came.',
      each((counts, model) => familySamples(counts, 'status', 'status', { model })),
    ),
    counter(
      'upstream_fallbacks_total',
      'Answers of a model that its chain does not begin with.',
      each((counts, model) => [{ labels: { model }, value: countOf(counts, 'fallbacks') }]),
    ),
    counter(
      'upstream_tokens_total',
      'Tokens as the upstream reported them.',
      each((counts, model) => familySamples(counts, 'tokens', 'kind', { model })),
    ),
    counter(
      'upstream_cost_usd_total',
      'What attempts cost, in US dollars.',
      models.map(({ model, costUsd }) => ({ labels: { model }, value: costUsd })),
    ),
    {
      name: 'upstream_attempt_duration_seconds',
      help: 'Of attempts that succeeded, to the last byte; bounds are met within 2 %.',
      type: 'histogram',
      histograms: models.map(({ model, counts }) => latencies(model, counts)),
    },
  ]
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'counter', samples }
}

function familySamples(counts: Counts, family: string, label: string, labels: Record<string, string> = {}): Sample[] {
  return Object.entries(familyOf(counts, family))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, value]) => ({ labels: { ...labels, [label]: member }, value }))
}

function latencies(model: string, counts: Counts): Histogram {
  const buckets = familyOf(counts, 'ms')
  return {
    labels: { model },
    buckets: BOUNDS_SECONDS.map((le) => ({ le, count: countUpTo(buckets, le * 1_000) })),
    count: Object.values(buckets).reduce((sum, n) => sum + n, 0),
    sum: sumMs(buckets) / 1_000,
  }
}
