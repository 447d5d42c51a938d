/** Chains of the built-in catalogue at one endpoint, as the services build them. */

import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { resolveModel } from '../../src/domain/catalogue.ts'
import type { EndpointLimits } from '../../src/domain/endpoint.ts'
import type { ChainLink } from '../../src/engine/decision.ts'

export function linkTo(model: string, limits: EndpointLimits = {}): ChainLink {
  const entry = resolveModel(BUILT_IN_CATALOGUE, model)?.entry
  if (entry === undefined) throw new Error(`no model ${model}`)
  const endpoint = { id: 'gemini', project: 'gemini', files: true, limits }
  return { endpoint, entry, successor: entry.successor === null ? null : linkTo(entry.successor, limits) }
}

export function chainOf(models: readonly string[], limits: EndpointLimits = {}): ChainLink[] {
  return models.map((model) => linkTo(model, limits))
}
