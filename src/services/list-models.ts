import type { ModelEntry } from '../domain/catalogue.ts'
import { breakerPhase } from '../engine/breaker.ts'
import { stateKey } from '../engine/model-state.ts'
import { recentOutcomes } from '../monitoring/recent-outcomes.ts'
import type { Verb } from './context.ts'

export type ModelHealth = {
  /** The breaker's, the worst of all endpoints: `closed` is healthy. */
  state: 'closed' | 'half_open' | 'probing' | 'open'
  /** Share of attempts that gave an answer in the last five minutes; null when there were none. */
  successRate: number | null
}

const WINDOW_MS = 300_000
const WORST_FIRST = ['open', 'probing', 'half_open', 'closed'] as const

/** The catalogue, each model with how it fares just now. */
export const listModels: Verb<Record<string, never>, { data: (ModelEntry & { health: ModelHealth })[] }> = async ({ ctx }) => {
  const nowMs = ctx.clock.nowMs()
  const { models } = ctx.catalogue
  const keysOf = (model: ModelEntry) => ctx.endpoints.map((endpoint) => stateKey(endpoint, model.id))
  const [states, outcomes] = await Promise.all([ctx.models.read(models.flatMap(keysOf)), recentOutcomes(ctx.db, nowMs - WINDOW_MS)])
  return {
    data: models.map((model) => {
      const phases = keysOf(model).flatMap((key) => (states[key] === undefined ? [] : [breakerPhase(states[key].breaker, nowMs)]))
      const seen = outcomes.get(model.id)
      return {
        ...model,
        health: {
          state: WORST_FIRST.find((phase) => phases.includes(phase)) ?? 'closed',
          successRate: seen === undefined ? null : Math.round((seen.succeeded / seen.ended) * 10_000) / 10_000,
        },
      }
    }),
  }
}
