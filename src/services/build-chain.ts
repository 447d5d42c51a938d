/** Model names → links: which model at which endpoint, in order of preference. */
import { type Catalogue, findModel, type ModelEntry, resolveModel } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { ChainLink } from '../engine/decision.ts'

/** Every endpoint for the first model, then every endpoint for the second, and so on. Names nobody knows are left out. */
export function buildChain(catalogue: Catalogue, endpoints: readonly Endpoint[], names: readonly string[]): ChainLink[] {
  const entries = names.flatMap((name) => resolveModel(catalogue, name)?.entry ?? [])
  return [...new Set(entries)].flatMap((entry) => endpoints.map((endpoint) => linkOf(catalogue, endpoint, entry)))
}

/** The links of a chain and all their successors. */
export function withSuccessors(chain: readonly ChainLink[]): ChainLink[] {
  return chain.flatMap((link) => (link.successor === null ? [link] : [link, ...withSuccessors([link.successor])]))
}

function linkOf(catalogue: Catalogue, endpoint: Endpoint, entry: ModelEntry): ChainLink {
  const next = entry.successor === null ? null : findModel(catalogue, entry.successor)
  return { endpoint, entry, successor: next === null ? null : linkOf(catalogue, endpoint, next) }
}
