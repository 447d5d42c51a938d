/** The one loop: decide, carry out, write down, decide again. Knows no failure kind and no policy; the engine does. */
import { closeLateAttempt, LOST_ATTEMPT } from '../db/turn-endings.ts'
import { type ClaimedTurn, handBack } from '../db/turn-leases.ts'
import { type AttemptEnd, moveTurn, type NewEvent, startTurn, type TurnStart, type TurnStep } from '../db/turn-progress.ts'
import type { TurnInSession } from '../db/turn-views.ts'
import type { Attempt } from '../domain/attempt.ts'
import { hasEnded } from '../domain/turn.ts'
import { decide } from '../engine/decide.ts'
import type { AttemptDecision, Decision, FailDecision, RepairDecision, WaitDecision } from '../engine/decision.ts'
import { reserve } from '../engine/model-state.ts'
import type { Installation } from './context.ts'
import { holdForAttempt } from './keep-budget.ts'
import { persevere } from './persevere.ts'
import { historyFacts } from './plan-history.ts'
import { promiseSlot } from './promise-slot.ts'
import { repairMedia } from './repair-media.ts'
import { type EndedAttempt, sendAttempt } from './send-attempt.ts'
import { loadHistory, openRun, type RunSignals, type TurnRun, turnFacts, writeStart } from './turn-run.ts'

/**
 * How a run ends. `waiting` says when to look again, in Unix ms. After `ended`, an attempt of a turn that was canceled or ran out
 * of time may still be read on: `lingering` resolves when that is over too, and the node keeps its hold until then.
 */
export type RunEnd = { kind: 'ended'; lingering?: Promise<void> } | { kind: 'waiting'; dueAtMs: number } | { kind: 'lost' }

/** What other nodes have learned of the models may be noticed this late; reserving notices it at once. */
const STATES_AGE_MAX_MS = 250

/** Runs a claimed turn until it ends, has to wait, or is lost to another node. `opened`: what the database holds of it, where that is known. */
export async function runTurn(inst: Installation, claim: ClaimedTurn, signals: RunSignals, opened?: TurnInSession): Promise<RunEnd> {
  const run = await openRun(inst, claim, opened)
  if (run === null) return { kind: 'lost' }
  if (hasEnded(run.turn.status)) return tidyUp(inst, run)
  let ended: EndedAttempt | null = lostAttempt(run, inst.clock.nowMs())
  for (;;) {
    if (signals.lost.aborted) return { kind: 'lost' }
    const decision = await persevere(inst.clock, signals.lost, () => decideNext(inst, run))
    if (decision === null) return { kind: 'lost' }
    const step = await carryOut(inst, run, decision, ended, signals)
    if ('end' in step) return step.end
    ended = step.ended
  }
}

/** What an iteration leaves behind: the end of the run, or an attempt whose end is not written yet (null: nothing). */
type Carried = { end: RunEnd } | { ended: EndedAttempt | null }

async function carryOut(
  inst: Installation,
  run: TurnRun,
  decision: Decision,
  ended: EndedAttempt | null,
  signals: RunSignals,
): Promise<Carried> {
  switch (decision.kind) {
    case 'wait':
      if (!(await writeStart(inst, run, signals.lost))) return { end: { kind: 'lost' } }
      return { end: await wait(inst, run, decision, ended, signals.lost) }
    case 'fail':
      if (!(await writeStart(inst, run, signals.lost))) return { end: { kind: 'lost' } }
      return { end: await fail(inst, run, decision, ended, signals.lost) }
    case 'repair':
      await persevere(inst.clock, signals.lost, () => repair(inst, run, decision))
      return (await write(inst, run, ended, decision, { to: 'running' }, signals.lost)) ? { ended: null } : { end: { kind: 'lost' } }
    case 'attempt': {
      const exceeding = await holdForAttempt(inst, run, decision)
      if (exceeding !== null) return carryOut(inst, run, exceeding, ended, signals)
      if (!(await write(inst, run, ended, decision, { to: 'running' }, signals.lost))) return { end: { kind: 'lost' } }
      return attempt(inst, run, decision, signals)
    }
  }
}

/**
 * Reads what all nodes share and asks the engine. A turn that may start now starts: its deadline begins, and one that was queued
 * learns what it builds on. Null: the lease is lost.
 */
async function decideNext(inst: Installation, run: TurnRun): Promise<Decision | null> {
  const states = await inst.models.read(
    run.links.map((link) => `${link.endpoint.project}/${link.entry.id}`),
    STATES_AGE_MAX_MS,
  )
  const ask = () =>
    decide({
      policy: run.policy,
      chain: run.chain,
      turn: turnFacts(run),
      attempts: run.attempts,
      states,
      historyFacts: historyFacts(inst, run),
      nowMs: inst.clock.nowMs(),
    })
  const decision = ask()
  if (run.turn.startedAtMs !== null || decision.deadlineAtMs === null || decision.kind === 'fail') return decision
  const start: TurnStart = { startedAtMs: inst.clock.nowMs(), deadlineAtMs: decision.deadlineAtMs }
  if (run.branch === null) {
    const place = await startTurn(inst.db, run.claim, start)
    if (place === null) return null
    run.turn = { ...run.turn, ...start, parentId: place.parentId, index: place.depth }
    await loadHistory(inst, run, place.parentId, place.depth)
  } else {
    // Written with what follows from it: most often the row of an attempt.
    run.turn = { ...run.turn, ...start }
    run.start = start
  }
  return ask()
}

async function attempt(inst: Installation, run: TurnRun, decision: AttemptDecision & Decision, signals: RunSignals): Promise<Carried> {
  const limits = run.links.find(({ endpoint }) => endpoint.id === decision.endpointId)?.endpoint.limits ?? {}
  const reserved = await inst.models.change(decision.stateKey, (state) => {
    const told = reserve(state, decision.reserve, limits, run.policy.shared, inst.clock.nowMs())
    return { state: told.ok ? told.state : state, told: told.ok }
  })
  // Another turn was quicker: the states have changed, so the engine is asked again.
  if (!reserved) return { ended: null }
  run.waited = null
  const sent = await sendAttempt(inst, run, decision, signals, async () => {
    const end = await persevere(inst.clock, signals.lost, () => decideNext(inst, run))
    return end?.kind === 'fail' ? end : null
  })
  if (sent.kind === 'lost') return { end: { kind: 'lost' } }
  if (sent.kind === 'left') return { end: { kind: 'ended', lingering: sent.lingering } }
  run.attempts.push(sent.ended.attempt)
  if (sent.ended.attempt.outcome !== 'succeeded') return { ended: sent.ended }
  const { end, events } = sent.ended
  const step: TurnStep = {
    to: 'succeeded',
    attempt: end.n,
    model: decision.model,
    modelVersion: end.answer.modelVersion,
    fidelity: sent.ended.attempt.fidelity,
    fallback: decision.fallback,
    degraded: decision.degraded,
  }
  const told: NewEvent[] = [
    ...events,
    { type: 'attempt.succeeded', data: { n: end.n, model: decision.model } },
    { type: 'turn.succeeded', data: {} },
  ]
  const [written] = await Promise.all([
    persevere(inst.clock, signals.lost, () => moveTurn(inst.db, run.claim, end, step, told, inst.clock.nowMs())),
    sent.ended.learned,
  ])
  return { end: written ? { kind: 'ended' } : await endedElsewhere(inst, run, sent.ended) }
}

async function wait(
  inst: Installation,
  run: TurnRun,
  decision: WaitDecision & Decision,
  ended: EndedAttempt | null,
  lost: AbortSignal,
): Promise<RunEnd> {
  const untilMs = await promiseSlot(inst, run, decision)
  const events: NewEvent[] = [{ type: 'turn.waiting', data: { untilMs, because: decision.because } }]
  const written = await write(inst, run, ended, decision, { to: 'waiting', untilMs, reason: decision.because }, lost, events)
  return written ? { kind: 'waiting', dueAtMs: untilMs } : { kind: 'lost' }
}

async function fail(
  inst: Installation,
  run: TurnRun,
  decision: FailDecision & Decision,
  ended: EndedAttempt | null,
  lost: AbortSignal,
): Promise<RunEnd> {
  const step: TurnStep = { to: decision.status, error: decision.problem, lingering: false }
  const events: NewEvent[] = [{ type: `turn.${decision.status}`, data: { code: decision.problem.code } }]
  const written = await write(inst, run, ended, decision, step, lost, events)
  return written ? { kind: 'ended' } : { kind: 'lost' }
}

async function repair(inst: Installation, run: TurnRun, { how }: RepairDecision): Promise<void> {
  inst.logger.info('turn.repair', { turn: run.turn.id, repair: how.repair })
  if (how.repair === 'media') await repairMedia(inst, run, how.files)
}

/** Writes the end of the attempt before (if any) with what the engine made of it, and moves the turn. */
async function write(
  inst: Installation,
  run: TurnRun,
  ended: EndedAttempt | null,
  decision: Decision & { next: Attempt['next'] | null },
  step: TurnStep,
  lost: AbortSignal,
  events: readonly NewEvent[] = [],
): Promise<boolean> {
  if (ended === null && step.to === 'running') return true
  const nowMs = inst.clock.nowMs()
  if (ended === null) return moveTurn(inst.db, run.claim, null, step, events, nowMs)
  const next = decision.next ?? 'retry'
  const waitMs = step.to === 'waiting' ? Math.max(0, step.untilMs - ended.end.endedAtMs) : 0
  const facts = decision.passedOver.length === 0 ? ended.end.answer.facts : { ...ended.end.answer.facts, passedOver: decision.passedOver }
  const end: AttemptEnd = { ...ended.end, answer: { ...ended.end.answer, facts }, next, waitMs }
  const data = { n: end.n, outcome: end.answer.outcome, httpStatus: end.answer.httpStatus, message: end.answer.message, next, waitMs }
  const last = run.attempts.at(-1)
  if (last !== undefined) run.attempts[run.attempts.length - 1] = { ...last, facts, next, waitMs }
  const told: NewEvent[] = [...ended.events, { type: 'attempt.failed', data }, ...events]
  const written = await persevere(inst.clock, lost, () => moveTurn(inst.db, run.claim, end, step, told, nowMs))
  if (!written) await endedElsewhere(inst, run, ended)
  return written
}

/** The turn was canceled between the answer and its writing: the answer is kept as late. */
async function endedElsewhere(inst: Installation, run: TurnRun, { end }: EndedAttempt): Promise<RunEnd> {
  await closeLateAttempt(inst.db, run.claim, end, inst.clock.nowMs())
  return { kind: 'ended' }
}

/** An attempt in flight on a node that died: its row is closed with the next write. */
function lostAttempt(run: TurnRun, nowMs: number): EndedAttempt | null {
  const last = run.attempts.at(-1)
  if (last === undefined || last.outcome !== null) return null
  const { outcome, message, facts, billed } = LOST_ATTEMPT
  const attempt: Attempt = { ...last, endedAtMs: nowMs, outcome, message, facts, billed }
  run.attempts[run.attempts.length - 1] = attempt
  return {
    attempt,
    end: { n: last.n, endedAtMs: nowMs, answer: LOST_ATTEMPT, next: 'fail', waitMs: 0, costUsd: 0, parts: [] },
    events: [],
    learned: Promise.resolve(),
  }
}

/** A turn that had ended with an attempt still open, whose node died: the ledger row is closed, and the turn let go. */
async function tidyUp(inst: Installation, run: TurnRun): Promise<RunEnd> {
  const open = lostAttempt(run, inst.clock.nowMs())
  if (open === null) await handBack(inst.db, run.claim, 0)
  else await closeLateAttempt(inst.db, run.claim, open.end, inst.clock.nowMs())
  return { kind: 'ended' }
}
