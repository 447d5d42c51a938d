/** What goes on just now, put together from the events of the tenant. */
import type { Turn, TurnEvent, WaitReason } from '../../../client/index.ts'

export interface LiveAttempt {
  turnId: string
  n: number
  model: string
  /** Whether another model than the first choice was asked. */
  fallback: boolean
  startedAtMs: number
}

export interface LiveWait {
  turnId: string
  untilMs: number
  because: WaitReason
}

export interface Ending {
  turn: Turn
  atMs: number
}

export interface Live {
  /** By turn: each has one attempt in flight at most. */
  attempts: ReadonlyMap<string, LiveAttempt>
  waits: ReadonlyMap<string, LiveWait>
  /** Of turns, the newest first. */
  endings: readonly Ending[]
}

const ENDINGS_SHOWN = 5

export const NOTHING_LIVE: Live = { attempts: new Map(), waits: new Map(), endings: [] }

/** What goes on after one more event. */
export function observe(live: Live, event: TurnEvent): Live {
  const { turnId } = event
  const atMs = Date.parse(event.at)
  switch (event.type) {
    case 'attempt.started': {
      const { n, model, fallback } = event
      const attempts = new Map(live.attempts).set(turnId, { turnId, n, model, fallback, startedAtMs: atMs })
      return { ...live, attempts, waits: without(live.waits, turnId) }
    }
    case 'attempt.failed':
    case 'attempt.succeeded':
      return { ...live, attempts: without(live.attempts, turnId) }
    case 'turn.waiting': {
      const { untilMs, because } = event
      return { ...live, waits: new Map(live.waits).set(turnId, { turnId, untilMs, because }) }
    }
    case 'turn.started':
      return { ...live, waits: without(live.waits, turnId) }
    case 'turn.succeeded':
    case 'turn.failed':
    case 'turn.canceled':
    case 'turn.outcome_unknown': {
      const others = live.endings.filter(({ turn }) => turn.id !== turnId)
      return {
        attempts: without(live.attempts, turnId),
        waits: without(live.waits, turnId),
        endings: [{ turn: event.turn, atMs }, ...others].slice(0, ENDINGS_SHOWN),
      }
    }
    default:
      return live
  }
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
