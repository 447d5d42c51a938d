/** Chance from a seed, so that a run is disturbed alike twice; what comes of it still depends on the machine's timing. */
export interface Chance {
  /** 0 ≤ x < 1. */
  unit(): number
  between(min: number, max: number): number
  pick<Item>(items: readonly Item[]): Item
}

/** mulberry32. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    unit,
    between: (min, max) => min + unit() * (max - min),
    pick: (items) => {
      const item = items[Math.floor(unit() * items.length)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
  }
}
