/** Counts over a sliding window, kept as ten slices: small, whatever the traffic. Newest last. */

/** Start of the slice (Unix ms), then two counts whose meaning is the owner's. */
export type Slice = [startMs: number, first: number, second: number]

const SLICES = 10

/** Adds to the slice of `nowMs` and forgets slices that have left the window. Counts never fall below zero. */
export function addToSlices(slices: readonly Slice[], windowMs: number, nowMs: number, first: number, second: number): Slice[] {
  const width = windowMs / SLICES
  const startMs = Math.floor(nowMs / width) * width
  const kept = slices.filter((slice) => slice[0] !== startMs && slice[0] > nowMs - windowMs)
  const present = slices.find((slice) => slice[0] === startMs) ?? [startMs, 0, 0]
  return [...kept, [startMs, Math.max(0, present[1] + first), Math.max(0, present[2] + second)]]
}

/** Both counts over the slices that begin after `afterMs` (Unix ms). */
export function sumSlices(slices: readonly Slice[], afterMs: number): { first: number; second: number } {
  let first = 0
  let second = 0
  for (const slice of slices) {
    if (slice[0] <= afterMs) continue
    first += slice[1]
    second += slice[2]
  }
  return { first, second }
}
