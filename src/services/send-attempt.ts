/** One attempt, from its ledger row to its answer. What stops a turn from outside does not stop an answer that is paid for. */
import { closeLateAttempt } from '../db/turn-endings.ts'
import { type AttemptEnd, moveTurn, type NewAttempt, type NewEvent, startAttempt } from '../db/turn-progress.ts'
import type { Attempt } from '../domain/attempt.ts'
import type { ModelEntry } from '../domain/catalogue.ts'
import { describeError } from '../domain/describe-error.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import { FAILURE_TRAITS } from '../domain/failure.ts'
import { summarizeRequest } from '../domain/history/summarize-request.ts'
import type { ModelAnswer, ModelRequest } from '../domain/model-call.ts'
import { estimateTurnCost, priceAttempt } from '../domain/price.ts'
import type { AttemptDecision, FailDecision } from '../engine/decision.ts'
import { type ModelState, release, settle } from '../engine/model-state.ts'
import { createStoringSink, type StoringSink } from './answer-sink.ts'
import type { Installation } from './context.ts'
import { persevere } from './persevere.ts'
import { placeInTime } from './place-in-time.ts'
import { endpointOf, planFor } from './plan-history.ts'
import { requestOf } from './request-of.ts'
import { type RunSignals, type TurnRun, writeStart } from './turn-run.ts'

/** An attempt whose answer is here and whose ledger row is not closed yet. */
export interface EndedAttempt {
  attempt: Attempt
  end: AttemptEnd
  /** Of its parts, not told yet. */
  events: readonly NewEvent[]
  /** Resolves when the shared state knows. Unless the attempt succeeded, it does already: the next decision is made knowing it. */
  learned: Promise<unknown>
}

/** `left`: the turn has ended, the answer is read on. `lost`: nothing more may be written. */
export type Sent = { kind: 'answered'; ended: EndedAttempt } | { kind: 'left'; lingering: Promise<void> } | { kind: 'lost' }

/** Answers to what ends a turn by time: asked with the ledger as it is, an attempt in flight in it. */
export type DecideEnd = () => Promise<FailDecision | null>

interface Sending {
  inst: Installation
  run: TurnRun
  decision: AttemptDecision
  endpoint: Endpoint
  entry: ModelEntry
  attempt: Attempt
  storing: StoringSink
  lost: AbortSignal
}

/** Places the media, writes the ledger row, sends, and reads the answer; or leaves it to be read on when the turn ends first. */
export async function sendAttempt(
  inst: Installation,
  run: TurnRun,
  decision: AttemptDecision,
  signals: RunSignals,
  decideEnd: DecideEnd,
): Promise<Sent> {
  const endpoint = endpointOf(inst, decision.endpointId)
  const entry = entryOf(run, decision.model)
  const plan = planFor(inst, run, endpoint, entry, decision.repairs)
  /** What comes before sending, or the reservation given back: `null` or `false` says that nothing will be sent. */
  const before = async <Result>(work: Promise<Result>): Promise<Result> => {
    const result = await work.catch(async (error: unknown) => {
      await giveBack(inst, run, decision, endpoint)
      throw error
    })
    if (result === null || result === false) await giveBack(inst, run, decision, endpoint)
    return result
  }
  // Pictures may take a while to upload, all of it after the start.
  if (plan.images.length > 0 && !(await before(writeStart(inst, run, signals.lost)))) return { kind: 'lost' }
  const placed = await before(placeInTime(inst, run, endpoint, plan, decision, signals))
  if (placed === null) return { kind: 'lost' }
  const request = requestOf(run, decision.image, entry, endpoint, placed.contents)
  const nowMs = inst.clock.nowMs()
  const attempt = newAttempt(run, decision, plan.fidelity, nowMs)
  const row: NewAttempt = {
    ...attempt,
    degraded: decision.degraded,
    fallback: decision.fallback,
    estimatedUsd: estimateTurnCost(entry, decision.image, plan.size.tokens),
    request: summarizeRequest(request, plan.size),
  }
  const open = () => persevere(inst.clock, signals.lost, () => startAttempt(inst.db, run.claim, row, nowMs, run.start))
  if (!(await before(signals.canceled.aborted ? Promise.resolve(false) : open()))) return { kind: 'lost' }
  run.start = null
  const storing = createStoringSink(inst, run, attempt.n, { api: endpoint.api, model: entry.id }, signals.lost)
  const sending: Sending = { inst, run, decision, endpoint, entry, attempt, storing, lost: signals.lost }
  if (placed.failure !== null) return { kind: 'answered', ended: await ended(sending, placed.failure) }
  return readOrLeave(sending, request, signals, decideEnd)
}

async function readOrLeave(sending: Sending, request: ModelRequest, signals: RunSignals, decideEnd: DecideEnd): Promise<Sent> {
  const { inst, run, storing } = sending
  const connection = new AbortController()
  const answer = inst.model.attempt(request, storing.sink, connection.signal).catch((error: unknown) => storageFailed(inst, run, error))
  const over = new AbortController()
  const deadline = inst.clock.sleep((run.turn.deadlineAtMs ?? Number.POSITIVE_INFINITY) - inst.clock.nowMs(), over.signal)
  const first = await Promise.race([
    answer.then((given) => ({ by: 'answer', given }) as const),
    aborted(signals.lost, over.signal).then(() => ({ by: 'lost' }) as const),
    aborted(signals.canceled, over.signal).then(() => ({ by: 'canceled' }) as const),
    deadline.then(
      () => ({ by: 'deadline' }) as const,
      () => new Promise<never>(() => {}),
    ),
  ])
  over.abort('over')
  switch (first.by) {
    case 'answer':
      return { kind: 'answered', ended: await ended(sending, first.given) }
    case 'lost':
      connection.abort()
      return { kind: 'lost' }
    case 'canceled':
      return { kind: 'left', lingering: linger(sending, answer, connection) }
    case 'deadline': {
      run.attempts.push(sending.attempt)
      const end = await decideEnd().finally(() => run.attempts.pop())
      if (end === null) return { kind: 'answered', ended: await ended(sending, await answer) }
      const told: NewEvent[] = [...(await storing.close()), { type: `turn.${end.status}`, data: { code: end.problem.code } }]
      const step = { to: end.status, error: end.problem, lingering: true } as const
      await persevere(inst.clock, signals.lost, () => moveTurn(inst.db, run.claim, null, step, told, inst.clock.nowMs()))
      return { kind: 'left', lingering: linger(sending, answer, connection) }
    }
  }
}

/** Reads on for `lingerMs`, then hangs up; whatever came is written on the ledger row, and an answer is kept as late. */
async function linger(sending: Sending, answer: Promise<ModelAnswer>, connection: AbortController): Promise<void> {
  const { inst, run, lost } = sending
  const over = new AbortController()
  void aborted(lost, over.signal).then(() => connection.abort())
  const patience = inst.clock.sleep(inst.policies.lingerMs, over.signal).then(
    () => connection.abort(),
    () => undefined,
  )
  const { end, learned } = await ended(sending, await answer)
  over.abort('over')
  await patience
  await Promise.all([learned, persevere(inst.clock, lost, () => closeLateAttempt(inst.db, run.claim, end, inst.clock.nowMs()))])
}

/** The answer as the ledger will have it. */
async function ended(sending: Sending, answer: ModelAnswer): Promise<EndedAttempt> {
  const { inst, run, decision, endpoint, entry, attempt, storing, lost } = sending
  const events = await storing.close()
  const nowMs = inst.clock.nowMs()
  const tokensMore = answer.usage?.promptTokens == null ? 0 : answer.usage.promptTokens - decision.reserve.tokens
  const result = { turnId: run.turn.id, attempt: attempt.n, outcome: answer.outcome, facts: answer.facts, tokensMore }
  const learn = (state: ModelState) => ({ state: settle(state, result, endpoint.limits, run.policy.shared, nowMs), told: undefined })
  const learned = persevere(inst.clock, lost, () => inst.models.change(decision.stateKey, learn))
  const succeeded = answer.outcome === 'succeeded'
  if (!succeeded) await learned
  const costUsd = priceAttempt(entry, decision.image, answer.usage, { outcome: answer.outcome, imagesOut: storing.pictures() })
  const { outcome, httpStatus, message, facts, billed, usage, modelVersion } = answer
  return {
    attempt: { ...attempt, endedAtMs: nowMs, outcome, httpStatus, message, facts, billed, usage, costUsd, modelVersion },
    end: {
      n: attempt.n,
      endedAtMs: nowMs,
      answer,
      next: succeeded ? 'done' : 'fail',
      waitMs: 0,
      costUsd,
      parts: succeeded ? storing.parts : [],
    },
    events,
    learned,
  }
}

function newAttempt(run: TurnRun, decision: AttemptDecision, fidelity: Attempt['fidelity'], nowMs: number): Attempt {
  return {
    n: run.attempts.length + 1,
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
    fidelity,
    late: false,
  }
}

/** Nothing was sent: what was reserved is given back. */
async function giveBack(inst: Installation, run: TurnRun, decision: AttemptDecision, endpoint: Endpoint): Promise<void> {
  await inst.models.change(decision.stateKey, (state) => ({
    state: release(state, decision.reserve, endpoint.limits, run.policy.shared, inst.clock.nowMs()),
    told: undefined,
  }))
}

function entryOf(run: TurnRun, model: string): ModelEntry {
  const link = run.links.find(({ entry }) => entry.id === model)
  if (link === undefined) throw new Error(`the engine chose ${model}, which the chain lacks`)
  return link.entry
}

/** The request went out, but its answer could not be stored: nobody can tell what it was. */
function storageFailed(inst: Installation, run: TurnRun, error: unknown): ModelAnswer {
  inst.logger.error('attempt.storage_failed', { turn: run.turn.id, error: describeError(error) })
  return {
    outcome: 'ambiguous',
    httpStatus: null,
    message: 'the answer could not be stored',
    facts: {},
    billed: FAILURE_TRAITS.ambiguous.billed,
    usage: null,
    modelVersion: null,
    responseId: null,
  }
}

/** Resolves when `signal` aborts; never, once `over` does, so that nothing is left listening. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over })
  })
}
