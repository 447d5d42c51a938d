/** Seeded chance: the same seed, the same world. Mulberry32 (Tommy Ettinger, public domain). */
export interface Chance {
  /** In [0, 1). */
  next(): number
  between(from: number, to: number): number
  hit(probability: number): boolean
  /** Time to the next arrival of a Poisson stream, given the mean time between them. */
  gap(mean: number): number
}

export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + (to - from) * next(),
    hit: (probability) => next() < probability,
    gap: (mean) => -Math.log(1 - next()) * mean,
  }
}
