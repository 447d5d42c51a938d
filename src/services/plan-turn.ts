import { readSessionState } from '../db/turn-submission.ts'
import type { HistoryFidelity } from '../domain/attempt.ts'
import { type RequestSummary, summarizeRequest } from '../domain/history/summarize-request.ts'
import { newTurn } from '../domain/new-turn.ts'
import type { ImageBlob, InputPart } from '../domain/part.ts'
import { estimateTurnCost } from '../domain/price.ts'
import { RequestError } from '../domain/problem.ts'
import type { Turn } from '../domain/turn.ts'
import { decide } from '../engine/decide.ts'
import type { Decision } from '../engine/decision.ts'
import { askedOf, checkChain } from './check-chain.ts'
import type { ServiceContext, Verb } from './context.ts'
import { asSent } from './place-images.ts'
import { endpointOf, historyFacts, planFor } from './plan-history.ts'
import { requestOf } from './request-of.ts'
import { inputParts, resolveMedia } from './resolve-media.ts'
import { reachSession } from './scope.ts'
import type { Submission } from './submission.ts'
import { loadHistory, newRun, turnFacts } from './turn-run.ts'

export interface PlanInput extends Pick<Submission, 'sessionId' | 'parentId' | 'expectedHeadTurnId' | 'request'> {
  /** Images that came with the request and are not stored, by the id that its parts name them by. */
  previews: ReadonlyMap<string, ImageBlob>
}

export interface TurnPlan {
  parentId: string | null
  /** Models in the order they would be asked. */
  models: string[]
  /** What the engine would do now. */
  decision: Decision
  fidelity: HistoryFidelity
  /** Of the history: not sent at all. */
  leftOut: { images: number; turns: number }
  request: RequestSummary
  estimatedCostUsd: number
}

/** What would be sent, to whom, at what price, if the turn were submitted now. Stores nothing and sends nothing. */
export const planTurn: Verb<PlanInput, TurnPlan> = async ({ ctx, input }) => {
  const session = await reachSession(ctx, input.sessionId)
  const { request } = input
  if (input.expectedHeadTurnId !== undefined && input.expectedHeadTurnId !== session.headTurnId) {
    throw new RequestError('stale_parent', `The head of this session is ${session.headTurnId ?? 'root'} now.`)
  }
  checkChain(ctx, askedOf(ctx, session, request))
  const parentId = input.parentId === undefined ? session.headTurnId : input.parentId
  const turn = await imagine(ctx, input, parentId)
  const run = newRun(ctx, { turnId: turn.id, nodeId: '', epoch: 0 }, turn, session)
  await loadHistory(ctx, run, parentId, turn.index)
  const decision = decide({
    policy: run.policy,
    chain: run.chain,
    turn: turnFacts(run),
    attempts: [],
    states: await ctx.models.read(run.links.map((link) => `${link.endpoint.project}/${link.entry.id}`)),
    historyFacts: historyFacts(ctx, run),
    nowMs: ctx.clock.nowMs(),
  })
  const link =
    run.links.find(
      ({ endpoint, entry }) => decision.kind === 'attempt' && endpoint.id === decision.endpointId && entry.id === decision.model,
    ) ?? run.chain[0]
  if (link === undefined) throw new RequestError('unavailable', 'No upstream is configured.')
  const endpoint = endpointOf(ctx, link)
  const image = decision.kind === 'attempt' ? decision.image : turnFacts(run).image
  const plan = planFor(ctx, run, endpoint, link.entry, { repack: false, shrink: 'none' })
  const stored = plan.images.filter(({ sha256 }) => !input.previews.has(sha256))
  const contents = await asSent(ctx, ctx.principal.tenantId, { contents: plan.contents, images: stored })
  return {
    parentId,
    models: [...new Set(run.chain.map(({ entry }) => entry.id))],
    decision,
    fidelity: plan.fidelity,
    leftOut: plan.leftOut,
    request: summarizeRequest(requestOf(run, image, link.entry, endpoint, contents), plan.size, { picturesAsFiles: endpoint.files }),
    estimatedCostUsd: estimateTurnCost(link.entry, image, plan.size.tokens),
  }
}

/** The turn as it would be. */
async function imagine(ctx: ServiceContext, input: PlanInput, parentId: string | null): Promise<Turn> {
  const { parent } = await readSessionState(ctx.db, input.sessionId, parentId)
  if (parentId !== null && parent?.status !== 'succeeded') {
    throw new RequestError('invalid_request', 'A turn can only build on a turn of the same session that succeeded.', {
      errors: [{ path: 'parentId', message: 'no turn of this session that succeeded' }],
    })
  }
  return newTurn({ ...input.request, parts: await asStored(ctx, input) }, 'queued', {
    id: 'trn_planned',
    tenantId: ctx.principal.tenantId,
    sessionId: input.sessionId,
    parentId,
    siblingIds: [],
    index: parent === null ? 0 : parent.depth + 1,
    createdAtMs: ctx.clock.nowMs(),
  })
}

async function asStored(ctx: ServiceContext, { request, previews }: PlanInput): Promise<InputPart[]> {
  const stored: ReadonlyMap<string, ImageBlob> = await resolveMedia(ctx, request.parts, previews)
  return inputParts(request.parts, new Map([...stored, ...previews]))
}
