/**
 * Latencies as counts in buckets whose bounds grow by 4 %: any sketches add up to the sketch of all, of bounded size, and every
 * quantile read from one is within 2 % of a true one (the scheme of DDSketch, Masson et al., VLDB 2019).
 */
import { type SQL, sql } from 'drizzle-orm'

/** Ratio of a bucket's bounds: the value reported is at most (γ − 1) / (γ + 1) = 1.96 % from any in it. */
const GAMMA = 1.04

/** The bucket of a duration in ms, as an SQL integer: bucket b holds (γ^(b−1), γ^b], the first one everything up to 1 ms. */
export function bucketOf(durationMs: SQL): SQL {
  return sql`ceil(ln(greatest(${durationMs}, 1)) / ln(${GAMMA}::float8))::int`
}

export type Buckets = Readonly<Record<string, number>>

/** The value in ms that a share `q` of the durations do not exceed (nearest rank); null of none. */
export function quantileMs(buckets: Buckets, q: number): number | null {
  const sorted = sortedBuckets(buckets)
  const total = sorted.reduce((sum, [, n]) => sum + n, 0)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(q * total))
  let seen = 0
  for (const [bucket, n] of sorted) {
    seen += n
    if (seen >= rank) return Math.round(middleMs(bucket))
  }
  return null
}

/** How many durations were at most `limitMs`, to the bucket, and their sum in ms: for a histogram of other bounds. */
export function countUpTo(buckets: Buckets, limitMs: number): number {
  return sortedBuckets(buckets).reduce((sum, [bucket, n]) => (middleMs(bucket) <= limitMs ? sum + n : sum), 0)
}

export function sumMs(buckets: Buckets): number {
  return sortedBuckets(buckets).reduce((sum, [bucket, n]) => sum + n * middleMs(bucket), 0)
}

function sortedBuckets(buckets: Buckets): (readonly [number, number])[] {
  return Object.entries(buckets)
    .map(([bucket, n]) => [Number(bucket), n] as const)
    .sort(([a], [b]) => a - b)
}

/** Equally far, in proportion, from both bounds. */
function middleMs(bucket: number): number {
  return bucket <= 0 ? 1 : (2 * GAMMA ** bucket) / (GAMMA + 1)
}
