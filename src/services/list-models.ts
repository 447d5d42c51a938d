import type { ModelEntry } from '../domain/catalogue.ts'
import { breakerPhase } from '../engine/breaker.ts'
import { stateKey } from '../engine/model-state.ts'
import { figuresOf } from '../monitoring/figures.ts'
import { readWindow } from '../monitoring/read-tallies.ts'
import { WINDOW_MS, windowBeginsMs } from '../monitoring/windows.ts'
import type { Verb } from './context.ts'

export type ModelHealth = {
  /** The breaker's, the worst of all endpoints: `closed` is healthy. */
  state: 'closed' | 'half_open' | 'probing' | 'open'
  /** Share of attempts that gave an answer in the last five minutes; null when there were none. */
  successRate: number | null
}

const WORST_FIRST = ['open', 'probing', 'half_open', 'closed'] as const

/** The catalogue, each model with how it fares just now. */
export const listModels: Verb<Record<string, never>, { data: (ModelEntry & { health: ModelHealth })[] }> = async ({ ctx }) => {
  const nowMs = ctx.clock.nowMs()
  const { models } = ctx.catalogue
  const keysOf = (model: ModelEntry) => ctx.endpoints.map((endpoint) => stateKey(endpoint, model.id))
  const [states, tallies] = await Promise.all([
    ctx.models.read(models.flatMap(keysOf)),
    readWindow(ctx.db, 'all', windowBeginsMs(WINDOW_MS['5m'], nowMs), nowMs),
  ])
  const byModel = Map.groupBy(tallies, ({ model }) => model)
  return {
    data: models.map((model) => {
      const phases = keysOf(model).flatMap((key) => (states[key] === undefined ? [] : [breakerPhase(states[key].breaker, nowMs)]))
      return {
        ...model,
        health: {
          state: WORST_FIRST.find((phase) => phases.includes(phase)) ?? 'closed',
          successRate: figuresOf(byModel.get(model.id) ?? []).successRate,
        },
      }
    }),
  }
}
