/** Every (endpoint, model) the installation can ask, with the state all nodes share of it. */
import { type Catalogue, resolveModel } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { Strategy } from '../domain/session.ts'
import { type BreakerPhase, breakerPhase } from '../engine/breaker.ts'
import { initialModelState, type ModelState, stateKey } from '../engine/model-state.ts'
import type { Installation } from './context.ts'

export interface UpstreamLink {
  endpoint: Endpoint
  model: string
  key: string
  state: ModelState
  breaker: BreakerPhase
}

/** Of the models in some strategy's chain, and those of `others`, at every endpoint. */
export async function readLinks(inst: Installation, nowMs: number, others: readonly string[] = []): Promise<UpstreamLink[]> {
  const models = new Set([...chainedModels(inst.catalogue), ...others])
  const links = [...models].flatMap((model) => inst.endpoints.map((endpoint) => ({ endpoint, model, key: stateKey(endpoint, model) })))
  const states = await inst.models.read([...new Set(links.map(({ key }) => key))])
  return links.map((link) => {
    const state = states[link.key] ?? initialModelState
    return { ...link, state, breaker: breakerPhase(state.breaker, nowMs) }
  })
}

/** Strategies whose first model is not asked just now, at any endpoint: their turns start on the fallback. */
export function degradedStrategies(catalogue: Catalogue, links: readonly UpstreamLink[]): Strategy[] {
  const strategies = Object.keys(catalogue.chains) as Strategy[]
  return strategies.filter((strategy) => {
    const first = resolveModel(catalogue, catalogue.chains[strategy][0] ?? '')?.entry.id
    const own = links.filter(({ model }) => model === first)
    return own.length > 0 && own.every(({ breaker }) => breaker !== 'closed')
  })
}

function chainedModels(catalogue: Catalogue): string[] {
  const names = Object.values(catalogue.chains).flat()
  return names.flatMap((name) => resolveModel(catalogue, name)?.entry.id ?? [])
}
