/** What of the branch would go to one link, as planned before sending. */

import type { ModelEntry } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import { type PlannedHistory, planHistory } from '../domain/history/plan-history.ts'
import type { ChainLink, HistoryFacts, RepairsMade } from '../engine/decision.ts'
import { stateKey } from '../engine/model-state.ts'
import type { Installation } from './context.ts'
import type { TurnRun } from './turn-run.ts'

/** What sending would take, by link. Empty while the turn has no branch yet: nothing to fear. */
export function historyFacts(inst: Installation, run: TurnRun): Record<string, HistoryFacts> {
  if (run.branch === null) return {}
  const repairs: RepairsMade = { repack: run.attempts.some(({ outcome }) => outcome === 'signature_rejected'), shrink: 'none' }
  return Object.fromEntries(
    run.links.map((link) => {
      const { size } = planFor(inst, run, endpointOf(inst, link), link.entry, repairs)
      return [stateKey(link.endpoint, link.entry.id), { tokens: size.tokens, bytes: size.bytes }]
    }),
  )
}

export function planFor(inst: Installation, run: TurnRun, endpoint: Endpoint, entry: ModelEntry, repairs: RepairsMade): PlannedHistory {
  return planHistory({
    branch: run.branch ?? [],
    earlierTurns: run.earlierTurns,
    input: run.turn.parts,
    target: {
      api: endpoint.api,
      model: entry,
      picturesAsFiles: endpoint.files,
      // With files the model's own limit holds; without them everything has to fit into the body.
      requestBytesMax: endpoint.files ? undefined : endpoint.inlineBytesMax,
    },
    exchanges: inst.catalogue.signatureExchanges,
    settings: run.session.history,
    systemInstruction: run.session.systemInstruction,
    repack: repairs.repack,
    shrink: repairs.shrink === 'window',
  })
}

export function endpointOf(inst: Installation, link: ChainLink | string): Endpoint {
  const id = typeof link === 'string' ? link : link.endpoint.id
  const endpoint = inst.endpoints.find((one) => one.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id} is configured`)
  return endpoint
}
