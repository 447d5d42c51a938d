/** Figures as charts draw them. */
import type { FailureKind, Stats, StatsWindow, Usage } from '../../../client/index.ts'
import { toIso } from '../../../runtime/instant.ts'
import { formatUsd } from '../../model/figures.ts'
import { formatDay, formatPercent, formatSeconds, formatTime } from './figures.ts'
import { KIND_NAMES } from './words.ts'

/** How many colours there are; `--tone-1` and so on. */
export const TONES = 6

export interface Line {
  label: string
  /** From 1 to `TONES`. */
  tone: number
  /** One for each point; null where there is none. */
  values: readonly (number | null)[]
}

export interface ChartData {
  /** Unix ms, ascending. */
  timesMs: readonly number[]
  lines: readonly Line[]
  /** `stack`: bars, each line upon the one before. */
  drawn: 'lines' | 'stack'
  /** Where the scale ends; absent: with the highest value. */
  top?: number
  formatTime(ms: number): string
  format(value: number): string
}

type Series = NonNullable<Stats['series']>
type Point = Series['points'][number]

/** A window's charts tell hours and minutes, in the reader's own time zone. */
function overTime({ points }: Series, lines: readonly Omit<Line, 'tone'>[]): Pick<ChartData, 'timesMs' | 'lines' | 'formatTime'> {
  return {
    timesMs: points.map(({ from }) => Date.parse(from)),
    lines: lines.map((line, index) => ({ ...line, tone: index + 1 })),
    formatTime,
  }
}

const valuesOf = ({ points }: Series, of: (point: Point) => number | null) => points.map(of)

export function successChart(series: Series): ChartData {
  const lines = [{ label: 'Succeeded', values: valuesOf(series, ({ successRate }) => successRate) }]
  return { ...overTime(series, lines), drawn: 'lines', top: 1, format: formatPercent }
}

export function latencyChart(series: Series): ChartData {
  const percentiles = ['p50', 'p95', 'p99'] as const
  const lines = percentiles.map((name) => ({ label: name, values: valuesOf(series, ({ latencyMs }) => latencyMs[name]) }))
  return { ...overTime(series, lines), drawn: 'lines', format: formatSeconds }
}

/** The most frequent kinds by name, and the others together. */
export function failureChart(series: Series): ChartData {
  const totals = new Map<string, number>()
  for (const { byOutcome } of series.points) {
    for (const [kind, n] of Object.entries(byOutcome)) if (kind !== 'succeeded') totals.set(kind, (totals.get(kind) ?? 0) + n)
  }
  const kinds = [...totals].toSorted(([, a], [, b]) => b - a).map(([kind]) => kind)
  const named = kinds.length > TONES ? kinds.slice(0, TONES - 1) : kinds
  const rest = kinds.slice(named.length)
  const sumOf = ({ byOutcome }: Point, of: readonly string[]) => of.reduce((sum, kind) => sum + (byOutcome[kind] ?? 0), 0)
  const lines = [
    ...named.map((kind) => ({ label: KIND_NAMES[kind as FailureKind] ?? kind, values: valuesOf(series, (point) => sumOf(point, [kind])) })),
    ...(rest.length === 0 ? [] : [{ label: 'Others', values: valuesOf(series, (point) => sumOf(point, rest)) }]),
  ]
  return { ...overTime(series, lines), drawn: 'stack', format: String }
}

export function answerChart(series: Series): ChartData {
  const lines = [
    { label: 'First choice', values: valuesOf(series, ({ succeeded, fallbacks }) => succeeded - fallbacks) },
    { label: 'Fallback', values: valuesOf(series, ({ fallbacks }) => fallbacks) },
  ]
  return { ...overTime(series, lines), drawn: 'stack', format: String }
}

const DAY_MS = 86_400_000

/** Days are UTC, as the receipts are; those without one cost nothing. */
export function costChart({ from, to, data }: Usage): ChartData {
  const firstMs = Math.floor(Date.parse(from) / DAY_MS) * DAY_MS
  const length = Math.ceil((Date.parse(to) - firstMs) / DAY_MS)
  const costs = new Map(data.map(({ day, costUsd }) => [day, costUsd]))
  const timesMs = Array.from({ length }, (_, at) => firstMs + at * DAY_MS)
  const values = timesMs.map((ms) => costs.get(toIso(ms).slice(0, 10)) ?? 0)
  return { timesMs, lines: [{ label: 'Cost', tone: 1, values }], drawn: 'stack', formatTime: formatDay, format: formatUsd }
}

const SPAN_NAMES: Readonly<Record<StatsWindow, string>> = { '5m': 'last five minutes', '1h': 'last hour', '24h': 'last day' }

export function nameOfWindow(window: StatsWindow): string {
  return SPAN_NAMES[window]
}
