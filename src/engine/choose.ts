/**
 * Where the turn goes next, once it is clear that it goes on. Links are looked at from the one asked last (or the first), in the
 * order of the chain and around; the first that is ready is taken. A link is waited for, rather than passed over, when the
 * wait is its own (back-off, RetryInfo) or a short one for a slot, and the deadline leaves room behind it.
 */
import type { PassedOver } from '../domain/failure.ts'
import { hourKind } from './calendar.ts'
import type { ReserveKind } from './model-state.ts'
import { leavesSlice, type Place, type Situation } from './situation.ts'
import { type Standing, standingOf } from './standing.ts'

type Waiting = Extract<Standing, { is: 'waiting' }>

export type Choice = { passedOver: readonly PassedOver[] } & (
  | { go: 'ask'; place: Place; reserve: ReserveKind; throughOpen: boolean }
  | { go: 'wait'; place: Place; standing: Waiting }
  /** Nobody is left; `waits` are those too long for the deadline. */
  | { go: 'nowhere'; waits: readonly Waiting[] }
)

interface Candidate {
  place: Place
  standing: Waiting
}

export function choose(situation: Situation): Choice {
  const { places, ledger } = situation
  const round = currentRound(situation)
  const start = startIndex(situation)
  const passedOver: PassedOver[] = []
  const candidates: Candidate[] = []
  for (let step = 0; step < places.length; step++) {
    const index = (start + step) % places.length
    const place = places[index]
    if (place === undefined) continue
    const standing = standingOf(situation, place, round, false)
    if (standing.is === 'ready') return { go: 'ask', place, reserve: standing.reserve, throughOpen: false, passedOver }
    if (standing.is === 'waiting') {
      if (isWaitedFor(situation, standing, step === 0 && index === ledger.lastIndex)) return { go: 'wait', place, standing, passedOver }
      candidates.push({ place, standing })
    }
    passedOver.push({ model: place.link.entry.id, because: standing.why })
  }
  return lastResort(situation, round, candidates, passedOver)
}

/**
 * Every model is out or busy. One that is strained, not down, is asked through its open breaker: its share of answers beats
 * certain failure. Else the turn waits for whatever comes back first.
 */
function lastResort(situation: Situation, round: number, candidates: readonly Candidate[], passedOver: readonly PassedOver[]): Choice {
  const reachable: Candidate[] = []
  for (const candidate of candidates) {
    const { place, standing } = candidate
    const through = standing.why === 'breaker' ? standingOf(situation, place, round, true) : standing
    if (through.is === 'ready') return { go: 'ask', place, reserve: through.reserve, throughOpen: true, passedOver }
    if (through.is === 'waiting') reachable.push({ place, standing: through })
  }
  const inTime = reachable.filter(({ standing }) => leavesSlice(situation, standing.untilMs))
  const [first, ...others] = inTime
  if (first === undefined) return { go: 'nowhere', waits: reachable.map(({ standing }) => standing), passedOver }
  const soonest = others.reduce((best, other) => (other.standing.untilMs < best.standing.untilMs ? other : best), first)
  return { go: 'wait', ...soonest, passedOver }
}

function isWaitedFor(situation: Situation, { untilMs, why, own }: Waiting, askedLast: boolean): boolean {
  if (!leavesSlice(situation, untilMs)) return false
  if (own) return askedLast
  return why === 'quota' && untilMs - idleSinceMs(situation) <= situation.input.policy.slotWaitMaxMs
}

/** When the turn last got anywhere, in Unix ms: the end of its last attempt, or its start. */
function idleSinceMs({ input, ledger }: Situation): number {
  if (ledger.last !== null) return ledger.last.endedAtMs
  return input.turn.startedAtMs ?? input.nowMs
}

/** A round ends when every model that may still be asked has had its attempts. */
function currentRound({ places, input: { policy } }: Situation): number {
  let round = policy.rounds - 1
  for (const { record, fitted } of places) {
    const isOut =
      fitted === null || record.faults >= policy.faultsPerModel || record.noImage || (record.quotaSpent && !policy.outwaitsQuota)
    if (!isOut) round = Math.min(round, Math.floor(record.counted / policy.attemptsPerModel))
  }
  return round
}

/** The link asked last, the one after it when its attempts are used up, or where turns start at this hour. */
function startIndex({ input, places, ledger }: Situation): number {
  const { policy, nowMs } = input
  const asked = ledger.links[ledger.lastIndex]
  if (asked !== undefined)
    return asked.counted > 0 && asked.counted % policy.attemptsPerModel === 0 ? ledger.lastIndex + 1 : ledger.lastIndex
  const first = places[0]
  if (policy.peakStart === 'first' || first === undefined || places.length === 1 || ledger.last !== null) return 0
  return hourKind(policy.calendar, first.state.hours, nowMs) === 'risk' ? 1 : 0
}
