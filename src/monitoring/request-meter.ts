/** How long this process took to answer, by route: the one thing that is counted where it happens, not in the ledger. */
import type { Histogram, Labels } from './exposition.ts'

/** Seconds. From a cache hit to the longest `Prefer: wait`. */
const BOUNDS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

export interface RequestMeter {
  observe(labels: { method: string; route: string; status: number }, seconds: number): void
  histograms(): Histogram[]
}

interface Series {
  labels: Labels
  /** Observations per bucket, the last beyond every bound. */
  counts: number[]
  sum: number
}

/** Routes are patterns, so the series are as many as methods, routes and statuses allow. */
export function createRequestMeter(): RequestMeter {
  const all = new Map<string, Series>()
  return {
    observe: ({ method, route, status }, seconds) => {
      const key = `${method} ${route} ${status}`
      const series = all.get(key) ?? { labels: { method, route, status }, counts: new Array(BOUNDS_SECONDS.length + 1).fill(0), sum: 0 }
      all.set(key, series)
      const index = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound)
      const bucket = index === -1 ? BOUNDS_SECONDS.length : index
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
      series.sum += seconds
    },
    histograms: () => [...all.values()].map(toHistogram),
  }
}

function toHistogram({ labels, counts, sum }: Series): Histogram {
  let count = 0
  const buckets = BOUNDS_SECONDS.map((le, index) => {
    count += counts[index] ?? 0
    return { le, count }
  })
  return { labels, buckets, count: count + (counts[BOUNDS_SECONDS.length] ?? 0), sum }
}
