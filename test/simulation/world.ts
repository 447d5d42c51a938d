/**
 * A world in memory with a fake clock: turns arrive, many nodes carry them out by the real engine, sharing states as they would
 * in Postgres. Nodes die in mid-attempt, come back from the dead, and decide on stale states. Everything that happens is told
 * to a witness, and nothing depends on anything but the seed.
 */
import type { Attempt } from '../../src/domain/attempt.ts'
import type { PolicyNarrowing, Strategy } from '../../src/domain/session.ts'
import { explainNext, decide as realDecide } from '../../src/engine/decide.ts'
import type { AttemptDecision, ChainLink, Decision, DecisionInput, TurnFacts } from '../../src/engine/decision.ts'
import { closeOrphan } from '../../src/engine/ledger.ts'
import { initialModelState, joinLine, type ModelState, reserve, settle, stateKey } from '../../src/engine/model-state.ts'
import { narrowPolicy, type Policies, turnPolicy } from '../../src/engine/policy.ts'
import { emptyAgenda } from './agenda.ts'
import { type Chance, seededChance } from './chance.ts'
import { answerOf, type Forecast, type UpstreamAnswer } from './upstream.ts'

export interface WorldOptions {
  seed: number
  policies: Policies
  strategy: Strategy
  chain: readonly ChainLink[]
  forecast: Forecast
  /** Turns that arrive in all, and the mean time between two. */
  turns: number
  gapMs: number
  tenants: number
  /** Chances per attempt that its node dies, or is only thought dead and answers later; and per decision of stale states. */
  dies: number
  seemsDead: number
  stale: number
  /** Chance per turn of a cancel at some moment. */
  cancels: number
  narrowing: PolicyNarrowing
  window: 'off_peak' | null
  startMs: number
  decide?: typeof realDecide
  /** A fault planted in the loop itself, for tests of the tests. */
  planted?: LoopFault
}

/** `unfenced`: a node without its lease still writes. `hasty`: a turn is taken over as it stands. `forgetful`: nobody takes over. */
export type LoopFault = 'unfenced' | 'hasty' | 'forgetful'

export type TurnEnding = 'succeeded' | 'failed' | 'canceled' | 'outcome_unknown'

export interface SimulatedTurn {
  facts: TurnFacts
  attempts: Attempt[]
  arrivedMs: number
  endedMs: number | null
  ending: TurnEnding | null
  endings: number
  /** Grows whenever another node takes the turn over; what an older owner writes is refused. */
  epoch: number
  inFlight: number
  closings: number
  costUsd: number
}

/** What is told as it happens; `index` is the attempt's place in the turn's ledger. */
export interface Witness {
  decided(turn: SimulatedTurn, input: DecisionInput, decision: Decision): void
  began(turn: SimulatedTurn, decision: AttemptDecision, nowMs: number): void
  closed(turn: SimulatedTurn, index: number, nowMs: number): void
  ended(turn: SimulatedTurn, nowMs: number): void
}

type Event =
  | { do: 'arrive' }
  | { do: 'decide'; turn: SimulatedTurn; epoch: number }
  | { do: 'answer'; turn: SimulatedTurn; epoch: number; index: number; answer: UpstreamAnswer }
  | { do: 'take_over'; turn: SimulatedTurn; epoch: number }
  | { do: 'cancel'; turn: SimulatedTurn }

/** Leases run out this long after their node has died (api.md, LEASE_MS). */
const LEASE_MS = 30_000

interface World extends WorldOptions {
  chance: Chance
  agenda: ReturnType<typeof emptyAgenda<Event>>
  witness: Witness
  states: Record<string, ModelState>
  /** A copy that slow nodes still go by. */
  staleStates: Record<string, ModelState>
  turnsDone: SimulatedTurn[]
  arrived: number
}

/** Plays until the last turn has ended, and returns all turns. */
export function playWorld(options: WorldOptions, witness: Witness): SimulatedTurn[] {
  const world: World = {
    ...options,
    chance: seededChance(options.seed),
    agenda: emptyAgenda<Event>(),
    witness,
    states: {},
    staleStates: {},
    turnsDone: [],
    arrived: 0,
  }
  world.agenda.add(options.startMs, { do: 'arrive' })
  for (let next = world.agenda.take(); next !== null; next = world.agenda.take()) happen(world, next.event, next.atMs)
  return world.turnsDone
}

function happen(world: World, event: Event, nowMs: number): void {
  switch (event.do) {
    case 'arrive':
      arrive(world, nowMs)
      return
    case 'decide':
      if (event.epoch === event.turn.epoch && event.turn.ending === null) goOn(world, event.turn, nowMs)
      return
    case 'answer':
      answered(world, event, nowMs)
      return
    case 'take_over':
      if (event.epoch === event.turn.epoch) takeOver(world, event.turn, nowMs)
      return
    case 'cancel':
      cancel(world, event.turn, nowMs)
      return
  }
}

function arrive(world: World, nowMs: number): void {
  const id = `trn_${world.arrived++}`
  const facts: TurnFacts = {
    id,
    tenantId: `tenant${Math.floor(world.chance.between(0, world.tenants))}`,
    notBeforeMs: null,
    window: world.window,
    deadlineAtMs: null,
    startedAtMs: null,
    askedDeadlineMs: null,
    waitingUntilMs: null,
    waitReason: null,
    cancelRequested: false,
    image: { size: '1K' },
    referenceImages: 0,
  }
  const turn: SimulatedTurn = {
    facts,
    attempts: [],
    arrivedMs: nowMs,
    endedMs: null,
    ending: null,
    endings: 0,
    epoch: 1,
    inFlight: 0,
    closings: 0,
    costUsd: 0,
  }
  world.turnsDone.push(turn)
  if (world.arrived < world.turns) world.agenda.add(nowMs + Math.round(world.chance.gap(world.gapMs)), { do: 'arrive' })
  if (world.chance.hit(world.cancels)) world.agenda.add(nowMs + Math.round(world.chance.between(0, 90_000)), { do: 'cancel', turn })
  goOn(world, turn, nowMs)
}

/** The loop of one node: decide, carry out, until an attempt is under way, a wait is stored, or the turn has ended. */
function goOn(world: World, turn: SimulatedTurn, nowMs: number): void {
  let states = world.chance.hit(world.stale) ? world.staleStates : world.states
  for (let steps = 0; steps < 20; steps++) {
    const input = inputOf(world, turn, states, nowMs)
    const decision = (world.decide ?? realDecide)(input)
    world.witness.decided(turn, input, decision)
    note(turn, decision, nowMs)
    if (carriedOut(world, turn, decision, nowMs)) return
    states = world.states
  }
  world.agenda.add(nowMs + 1_000, { do: 'decide', turn, epoch: turn.epoch })
}

/** False: the states had changed meanwhile, or a repair was made, and the node has to decide again. */
function carriedOut(world: World, turn: SimulatedTurn, decision: Decision, nowMs: number): boolean {
  switch (decision.kind) {
    case 'attempt':
      return begin(world, turn, decision, nowMs)
    case 'wait':
      wait(world, turn, decision, nowMs)
      return true
    case 'fail':
      finish(world, turn, decision.status, nowMs)
      return true
    case 'repair':
      return false
  }
}

function inputOf(world: World, turn: SimulatedTurn, states: Record<string, ModelState>, nowMs: number): DecisionInput {
  const policy = narrowPolicy(turnPolicy(world.policies, world.window, world.strategy), {}, world.narrowing)
  return { policy, chain: world.chain, turn: turn.facts, attempts: turn.attempts, states, historyFacts: {}, nowMs }
}

function note(turn: SimulatedTurn, decision: Decision, nowMs: number): void {
  if (turn.facts.deadlineAtMs === null && decision.deadlineAtMs !== null) {
    turn.facts = { ...turn.facts, deadlineAtMs: decision.deadlineAtMs, startedAtMs: nowMs }
  }
  const last = turn.attempts.at(-1)
  if (last === undefined || last.endedAtMs === null || (last.next !== null && last.next !== 'retry' && last.next !== 'fallback')) return
  const { next, waitMs, passedOver } = explainNext(decision, last.endedAtMs)
  turn.attempts[turn.attempts.length - 1] = { ...last, next, waitMs, facts: { ...last.facts, passedOver } }
}

function wait(world: World, turn: SimulatedTurn, decision: Extract<Decision, { kind: 'wait' }>, nowMs: number): void {
  let { untilMs } = decision
  if (decision.line !== null) {
    const { stateKey: key, ask } = decision.line
    const joined = joinLine(world.states[key] ?? initialModelState, ask, limitsOf(world, key), world.policies, nowMs)
    world.states[key] = joined.state
    untilMs = joined.untilMs
  }
  turn.facts = { ...turn.facts, waitingUntilMs: untilMs, waitReason: decision.because }
  world.agenda.add(untilMs, { do: 'decide', turn, epoch: turn.epoch })
}

function begin(world: World, turn: SimulatedTurn, decision: AttemptDecision, nowMs: number): boolean {
  const key = decision.stateKey
  const state = world.states[key] ?? initialModelState
  if (world.chance.hit(0.01)) world.staleStates = { ...world.states }
  const reserved = reserve(state, decision.reserve, limitsOf(world, key), world.policies, nowMs)
  if (!reserved.ok) return false
  world.states[key] = reserved.state
  turn.facts = { ...turn.facts, waitingUntilMs: null, waitReason: null }
  const index = turn.attempts.push(openRow(turn, decision, nowMs)) - 1
  turn.inFlight += 1
  world.witness.began(turn, decision, nowMs)
  const answer = cutAt(decision.timeoutMs, answerOf(world.forecast(decision.model, nowMs - world.startMs), world.chance))
  const event = { do: 'answer', turn, epoch: turn.epoch, index, answer } as const
  const fate = world.chance.next()
  if (fate < world.dies + world.seemsDead) world.agenda.add(nowMs + LEASE_MS, { do: 'take_over', turn, epoch: turn.epoch })
  if (fate >= world.dies) world.agenda.add(nowMs + answer.tookMs, event)
  return true
}

function openRow(turn: SimulatedTurn, decision: AttemptDecision, nowMs: number): Attempt {
  return {
    n: turn.attempts.length + 1,
    model: decision.model,
    endpointId: decision.endpointId,
    image: decision.image,
    startedAtMs: nowMs,
    endedAtMs: null,
    outcome: null,
    httpStatus: null,
    message: null,
    facts: {},
    next: null,
    waitMs: 0,
    billed: 'maybe',
    usage: null,
    costUsd: 0,
    modelVersion: null,
    fidelity: 'exact',
    late: false,
  }
}

function cutAt(timeoutMs: number, answer: UpstreamAnswer): UpstreamAnswer {
  return answer.tookMs <= timeoutMs ? answer : { outcome: 'ambiguous', facts: {}, billed: 'maybe', tookMs: timeoutMs }
}

/** An answer from a node that has lost its lease meanwhile, or of a turn that was canceled, changes nothing but its own row. */
function answered(world: World, { turn, epoch, index, answer }: Extract<Event, { do: 'answer' }>, nowMs: number): void {
  if (epoch !== turn.epoch && world.planted !== 'unfenced') return
  close(world, turn, index, answer, nowMs)
  if (turn.ending !== null && world.planted !== 'unfenced') return
  if (answer.outcome === 'succeeded') finish(world, turn, 'succeeded', nowMs)
  else goOn(world, turn, nowMs)
}

function close(world: World, turn: SimulatedTurn, index: number, answer: UpstreamAnswer, nowMs: number): void {
  const row = turn.attempts[index]
  if (row === undefined) throw new Error(`${turn.facts.id} has no row ${index + 1}`)
  turn.closings += 1
  const { outcome, facts, billed } = answer
  const late = turn.ending !== null
  turn.attempts[index] = { ...row, outcome, facts, billed, endedAtMs: nowMs, late, next: outcome === 'succeeded' ? 'done' : null }
  turn.inFlight -= 1
  if (outcome === 'succeeded') turn.costUsd += priceOf(world.chain, row.model)
  const key = keyOf(world.chain, row.model)
  const result = { turnId: turn.facts.id, attempt: row.n, outcome, facts, tokensMore: 0 }
  world.states[key] = settle(world.states[key] ?? initialModelState, result, limitsOf(world, key), world.policies, nowMs)
  world.witness.closed(turn, index, nowMs)
}

/** Another node takes the turn: it fences the old one, closes what that left open, and goes on. */
function takeOver(world: World, turn: SimulatedTurn, nowMs: number): void {
  const open = turn.attempts.findIndex(({ outcome }) => outcome === null)
  if (open === -1 || turn.attempts[open] === undefined || world.planted === 'forgetful') return
  turn.epoch += 1
  if (world.planted === 'hasty') {
    goOn(world, turn, nowMs)
    return
  }
  const { outcome, billed } = closeOrphan(turn.attempts[open], nowMs)
  close(world, turn, open, { outcome: outcome ?? 'ambiguous', facts: {}, billed, tookMs: 0 }, nowMs)
  if (turn.ending === null) goOn(world, turn, nowMs)
}

function cancel(world: World, turn: SimulatedTurn, nowMs: number): void {
  if (turn.ending !== null) return
  turn.facts = { ...turn.facts, cancelRequested: true }
  goOn(world, turn, nowMs)
}

function finish(world: World, turn: SimulatedTurn, ending: TurnEnding, nowMs: number): void {
  turn.endings += 1
  turn.ending = ending
  turn.endedMs = nowMs
  world.witness.ended(turn, nowMs)
}

function linkOf(chain: readonly ChainLink[], model: string): ChainLink | undefined {
  const all = chain.flatMap((link) => (link.successor === null ? [link] : [link, link.successor]))
  return all.find(({ entry }) => entry.id === model)
}

function keyOf(chain: readonly ChainLink[], model: string): string {
  const link = linkOf(chain, model)
  return link === undefined ? model : stateKey(link.endpoint, model)
}

function limitsOf(world: World, key: string) {
  return linkOf(world.chain, key.slice(key.indexOf('/') + 1))?.endpoint.limits ?? {}
}

function priceOf(chain: readonly ChainLink[], model: string): number {
  const prices = linkOf(chain, model)?.entry.prices
  return prices === undefined ? 0 : ((prices.imageTokens['1K'] ?? 0) * prices.imageOutputPerMTok) / 1_000_000
}
