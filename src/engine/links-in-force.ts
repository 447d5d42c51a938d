/** The chain as it stands for one turn: cut by the strategy, without models the upstream turned out not to know. */
import type { Attempt } from '../domain/attempt.ts'
import type { ChainLink, DecisionInput } from './decision.ts'

/** Each link, or where its successors lead once a 404 said that the model is gone; nothing twice. */
export function linksInForce({ chain, policy, attempts }: DecisionInput): readonly ChainLink[] {
  const cut = policy.fallback ? chain : chain.slice(0, 1)
  const unknown = attempts.filter(isUnknownModel)
  if (unknown.length === 0) return cut
  const links: ChainLink[] = []
  for (const first of cut) {
    let link: ChainLink | null = first
    while (link !== null && unknown.some((attempt) => isOf(attempt, link))) link = link.successor
    if (link !== null && !links.some((other) => sameLink(other, link))) links.push(link)
  }
  return links
}

/** Whether the upstream said 404 of the model itself. */
export function isUnknownModel({ outcome, facts }: Attempt): boolean {
  return outcome === 'rejected' && facts.rejection === 'model'
}

function isOf(attempt: Attempt, link: ChainLink | null): boolean {
  return link !== null && attempt.model === link.entry.id && attempt.endpointId === link.endpoint.id
}

function sameLink(a: ChainLink, b: ChainLink | null): boolean {
  return b !== null && a.entry.id === b.entry.id && a.endpoint.id === b.endpoint.id
}
