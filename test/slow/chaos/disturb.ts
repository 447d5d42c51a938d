/** What goes wrong around the service: processes killed, frozen and drained, the database killed under them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Nodes } from './nodes.ts'

export interface Disturbed {
  nodes: Nodes
  slots: number
  /** Kills PostgreSQL, whose owner starts it again. */
  killPostgres(): void
  leaseMs: number
}

interface Disturbance {
  name: string
  happen(world: Disturbed, slot: number, chance: Chance): Promise<void>
}

const KILL: Disturbance = {
  name: 'kill -9 of a node',
  happen: async ({ nodes }, slot, chance) => {
    await nodes.end(slot, 'SIGKILL')
    await delay(chance.between(0, 500))
    await nodes.start(slot)
  },
}

/** One after the other and around; each leaves as many nodes as it found. When, and to whom, is left to chance. */
const DISTURBANCES: readonly Disturbance[] = [
  KILL,
  { name: 'kill -9 of PostgreSQL', happen: async ({ killPostgres }) => killPostgres() },
  {
    name: 'a node that sleeps through its lease',
    happen: ({ nodes, leaseMs }, slot, chance) => nodes.freeze(slot, chance.between(1.5, 2.5) * leaseMs),
  },
  KILL,
  {
    name: 'a deploy',
    happen: async ({ nodes }, slot) => {
      await nodes.end(slot, 'SIGTERM')
      await nodes.start(slot)
    },
  },
]

const EVERY_MS = { min: 1_000, max: 3_000 } as const

/** Disturbs until the signal aborts, one thing at a time; returns how often each happened. */
export async function disturb(world: Disturbed, chance: Chance, over: AbortSignal): Promise<Record<string, number>> {
  const happened: Record<string, number> = {}
  for (let n = 0; !over.aborted; n++) {
    await delay(chance.between(EVERY_MS.min, EVERY_MS.max), undefined, { signal: over }).catch(() => undefined)
    const { name, happen } = DISTURBANCES[n % DISTURBANCES.length] ?? KILL
    if (over.aborted) break
    happened[name] = (happened[name] ?? 0) + 1
    await happen(world, Math.floor(chance.unit() * world.slots), chance)
  }
  return happened
}
