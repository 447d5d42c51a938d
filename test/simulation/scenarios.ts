/** The published scenarios (docs/engine.md, Proof), as weather over models. `first` is the first model of the chain in question. */
import type { Forecast, Mix, Weather } from './upstream.ts'

const CALM: readonly [number, number] = [20, 40]
const STRAIN: readonly [number, number] = [60, 100]
const MINUTE_MS = 60_000

/** What goes wrong on any day: a little of everything that is not the caller's doing. */
const EVERYDAY: Mix = { overloaded: 0.01, upstream_fault: 0.003, ambiguous: 0.001 }

/** 45 % of calls fail, of which 70 % are refused by the minute and 30 % for capacity. */
const PEAK: Mix = { rate_limited: 0.315, overloaded: 0.135, ambiguous: 0.001 }
/** Under 10 % on the fast models at the same time. */
const PEAK_ELSEWHERE: Mix = { rate_limited: 0.056, overloaded: 0.024, ambiguous: 0.001 }
const STORM: Mix = { overloaded: 0.45, ambiguous: 0.001 }
const GONE: Mix = { overloaded: 1 }

const FAST = 'gemini-nano-banana-2.1'

export interface Scenario {
  name: string
  /** Share of turns that must end with a picture, by strategy. */
  wanted: { quality: number; stability: number }
  /** How long the weather lasts, and so the turns of the world arrive. */
  lastsMs: number
  forecast(first: string): Forecast
}

const calm: Weather = { mix: EVERYDAY, latencyS: CALM }

function during(untilMs: number, model: string, weather: Weather): Forecast {
  return (asked, nowMs) => (asked === model && nowMs < untilMs ? weather : calm)
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'everyday',
    wanted: { quality: 0.999, stability: 0.999 },
    lastsMs: 120 * MINUTE_MS,
    forecast: () => () => calm,
  },
  {
    name: 'peak',
    wanted: { quality: 0.999, stability: 0.999 },
    lastsMs: 120 * MINUTE_MS,
    forecast: () => (model) => (model === 'gemini-3-pro-image' ? { mix: PEAK, latencyS: STRAIN } : { mix: PEAK_ELSEWHERE, latencyS: CALM }),
  },
  {
    name: 'storm on the first',
    wanted: { quality: 0.999, stability: 0.999 },
    lastsMs: 120 * MINUTE_MS,
    forecast: (first) => during(Number.POSITIVE_INFINITY, first, { mix: STORM, latencyS: STRAIN }),
  },
  {
    name: 'storm on all',
    wanted: { quality: 0.999, stability: 0.999 },
    lastsMs: 120 * MINUTE_MS,
    forecast: () => () => ({ mix: STORM, latencyS: STRAIN }),
  },
  {
    name: 'first out, 30 min',
    wanted: { quality: 0.99, stability: 0.99 },
    lastsMs: 30 * MINUTE_MS,
    forecast: (first) => during(Number.POSITIVE_INFINITY, first, { mix: GONE, latencyS: STRAIN }),
  },
  {
    name: 'first out, 120 min',
    wanted: { quality: 0.99, stability: 0.99 },
    lastsMs: 120 * MINUTE_MS,
    forecast: (first) => during(Number.POSITIVE_INFINITY, first, { mix: GONE, latencyS: STRAIN }),
  },
  {
    name: 'fast out, 5 min',
    wanted: { quality: 0.99, stability: 0.99 },
    lastsMs: 10 * MINUTE_MS,
    forecast: () => during(5 * MINUTE_MS, FAST, { mix: GONE, latencyS: STRAIN }),
  },
  {
    name: 'fast out, 15 min',
    wanted: { quality: 0.99, stability: 0.99 },
    lastsMs: 20 * MINUTE_MS,
    forecast: () => during(15 * MINUTE_MS, FAST, { mix: GONE, latencyS: STRAIN }),
  },
]
