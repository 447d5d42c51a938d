import type { Clock } from '../domain/ports.ts'

export interface Remembered<Value> {
  /** As it was at most `forMs` ago. However many ask for one thing at once, it is looked up once. */
  get(name: string): Promise<Value>
  forget(): void
}

export interface RememberOptions<Value> {
  clock: Clock
  forMs: number
  /** The oldest goes beyond that. */
  entriesMax: number
  load(name: string): Promise<Value>
}

/** Looks things up and keeps what it found for a while, nothing included. A look that fails is not kept. */
export function remember<Value>({ clock, forMs, entriesMax, load }: RememberOptions<Value>): Remembered<Value> {
  const held = new Map<string, { value: Promise<Value>; untilMs: number }>()
  return {
    get: (name) => {
      const nowMs = clock.nowMs()
      const known = held.get(name)
      if (known !== undefined && nowMs < known.untilMs) return known.value
      held.delete(name)
      const [oldest] = held.keys()
      if (held.size >= entriesMax && oldest !== undefined) held.delete(oldest)
      const entry = { value: load(name), untilMs: nowMs + forMs }
      held.set(name, entry)
      entry.value.catch(() => {
        if (held.get(name) === entry) held.delete(name)
      })
      return entry.value
    },
    forget: () => held.clear(),
  }
}
