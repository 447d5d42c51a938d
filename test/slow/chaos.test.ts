import { expect, test } from 'vitest'
import { runChaos } from './chaos/run-chaos.ts'

test.each([1, 2])(
  'turns survive killed nodes, killed databases, sleepers and deploys, and are paid for as the ledger says (seed %i)',
  async (seed) => {
    const { breaches, figures, logPath } = await runChaos({ seed, nodes: 3, sessions: 60, turnsPerSession: 5 })
    expect(breaches, `${JSON.stringify(figures)}; what the nodes said: ${logPath}`).toEqual([])
    // Positive controls: it was rough, and yet most of it was done.
    expect(figures.disturbances?.['kill -9 of a node']).toBeGreaterThan(0)
    expect(figures.disturbances?.['kill -9 of PostgreSQL']).toBeGreaterThan(0)
    expect(figures.turns?.succeeded).toBeGreaterThan(60)
    expect(figures.epochs?.['taken over']).toBeGreaterThan(0)
  },
)
