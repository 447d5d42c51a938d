/** A window as points in time, for charts. The points add up to the window: both are made of the same tallies. */
import { type Figures, figuresOf } from './figures.ts'
import type { Tally } from './read-tallies.ts'

export interface Series {
  stepMs: number
  /** Without gaps, the oldest first; where nothing happened, with zeros. */
  points: SeriesPoint[]
}

export type SeriesPoint = Pick<
  Figures,
  'requests' | 'attempts' | 'succeeded' | 'failed' | 'successRate' | 'latencyMs' | 'byOutcome' | 'fallbacks' | 'costUsd'
> & {
  /** Unix ms, a multiple of the step; the first one may lie before the window. */
  fromMs: number
}

/** @param tallies of a window from `sinceMs` to `nowMs`, none of a span longer than `stepMs` */
export function seriesOf(tallies: readonly Tally[], { sinceMs, nowMs, stepMs }: Record<'sinceMs' | 'nowMs' | 'stepMs', number>): Series {
  const firstMs = Math.floor(sinceMs / stepMs) * stepMs
  const length = Math.floor((nowMs - firstMs) / stepMs) + 1
  // What a fast clock dated ahead counts as of now.
  const byPoint = Map.groupBy(tallies, ({ fromMs }) => Math.min(Math.floor((fromMs - firstMs) / stepMs), length - 1))
  const points = Array.from({ length }, (_, at) => pointOf(firstMs + at * stepMs, byPoint.get(at) ?? []))
  return { stepMs, points }
}

function pointOf(fromMs: number, tallies: readonly Tally[]): SeriesPoint {
  const { requests, attempts, succeeded, failed, successRate, latencyMs, byOutcome, fallbacks, costUsd } = figuresOf(tallies)
  return { fromMs, requests, attempts, succeeded, failed, successRate, latencyMs, byOutcome, fallbacks, costUsd }
}
