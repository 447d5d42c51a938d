/** A claimed turn, with all that deciding and sending needs. Loaded once a claim; the lease keeps it true until it is lost. */
import { type BranchTurn, loadBranch } from '../db/branch.ts'
import type { Claim, ClaimedTurn } from '../db/turn-leases.ts'
import { startTurn, type TurnStart } from '../db/turn-progress.ts'
import { loadTurnWithSession, type TurnInSession } from '../db/turn-views.ts'
import type { Attempt } from '../domain/attempt.ts'
import { historyReach } from '../domain/history/plan-history.ts'
import type { SessionSettings } from '../domain/session.ts'
import type { Turn } from '../domain/turn.ts'
import type { ChainLink, TurnFacts } from '../engine/decision.ts'
import { narrowPolicy, type TurnPolicy, turnPolicy } from '../engine/policy.ts'
import { buildChain, withSuccessors } from './build-chain.ts'
import type { Installation } from './context.ts'
import { persevere } from './persevere.ts'

export interface TurnRun {
  claim: Claim
  /** What the turn was waiting for when it was claimed; gone once an attempt has used it. */
  waited: ClaimedTurn['waited']
  turn: Turn
  session: SessionSettings
  /** Whether a budget governs it; asked once a claim. */
  budgeted: boolean
  policy: TurnPolicy
  chain: readonly ChainLink[]
  /** Chain and successors: every link a request may be planned for. */
  links: readonly ChainLink[]
  /** Root first, ending with the parent; may lack the oldest turns. Null until the turn has a parent: one that queued learns it as it starts. */
  branch: readonly BranchTurn[] | null
  /** The turn has started, which is not written yet. */
  start: TurnStart | null
  earlierTurns: number
  /** The ledger, kept up with what this run adds. */
  attempts: Attempt[]
}

/** What can stop a run from outside: the turn was canceled, or the node lost its leases. */
export interface RunSignals {
  canceled: AbortSignal
  lost: AbortSignal
}

/** Null when the turn or its session is gone. */
export async function openRun(inst: Installation, claim: ClaimedTurn, opened?: TurnInSession): Promise<TurnRun | null> {
  const loaded = opened ?? (await loadTurnWithSession(inst.db, claim.turnId))
  if (loaded === null) return null
  const { turn, session, budgeted, parentIsHead } = loaded
  const run = { ...newRun(inst, claim, turn, session), waited: claim.waited, budgeted }
  if (turn.startedAtMs !== null || !parentIsHead) await loadHistory(inst, run, turn.parentId, turn.index)
  return run
}

/** A run as it begins: policy narrowed, chain resolved, nothing read of the branch yet. */
export function newRun(inst: Installation, claim: Claim, turn: Turn, session: SessionSettings): TurnRun {
  const strategy = turn.strategy ?? session.strategy
  const policy = narrowPolicy(turnPolicy(inst.policies, turn.window, strategy), session.policy, turn.policy)
  const own = turn.models ?? (turn.strategy === null ? session.models : null)
  const chain = buildChain(inst.catalogue, inst.endpoints, own ?? inst.catalogue.chains[strategy])
  return {
    claim,
    waited: null,
    turn,
    session,
    budgeted: false,
    policy,
    chain,
    links: withSuccessors(chain),
    branch: null,
    start: null,
    earlierTurns: 0,
    attempts: [...turn.attempts],
  }
}

/** Reads the branch the turn builds on, as far back as the session's history reaches. */
export async function loadHistory(inst: Installation, run: TurnRun, parentId: string | null, depth: number): Promise<void> {
  run.branch = await loadBranch(inst.db, parentId, historyReach(run.session.history) ?? depth)
  run.earlierTurns = depth - run.branch.length
}

/** Writes the start of the turn, unless that is done. False: the lease is lost. */
export async function writeStart(inst: Installation, run: TurnRun, lost: AbortSignal): Promise<boolean> {
  const { start } = run
  if (start === null) return true
  const place = await persevere(inst.clock, lost, () => startTurn(inst.db, run.claim, start))
  run.start = null
  return place !== null
}

/** The turn as the engine sees it. */
export function turnFacts({ turn, session, waited }: TurnRun): TurnFacts {
  return {
    id: turn.id,
    tenantId: turn.tenantId,
    notBeforeMs: turn.notBeforeMs,
    window: turn.window,
    startedAtMs: turn.startedAtMs,
    deadlineAtMs: turn.deadlineAtMs,
    askedDeadlineMs: turn.deadlineMs,
    waitingUntilMs: waited?.untilMs ?? null,
    waitReason: waited?.reason ?? null,
    cancelRequested: false,
    image: { ...session.image, ...turn.image },
    referenceImages: turn.parts.filter((part) => part.type === 'image').length,
  }
}
