import { endOf } from '../domain/event.ts'
import { hasEnded, type Turn } from '../domain/turn.ts'
import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'

/** Longest time between two looks, should a ring be lost. */
const LOOK_EVERY_MS = 1_000

interface Waiting {
  turnId: string
  waitMs: number
  signal?: AbortSignal | undefined
  /** The turn, where it has begun here this very moment (`Submitted`): there is nothing else to see yet. */
  justBegun?: Turn | null
}

/** The turn as soon as it has ended, or as it is after `waitMs`, or when the signal aborts. Nothing but a timer is held meanwhile. */
export const waitForTurn: Verb<Waiting, Turn> = async ({ ctx, input }) => {
  let seen = input.justBegun ?? null
  const untilMs = ctx.clock.nowMs() + input.waitMs
  for (;;) {
    const nextRing = new AbortController()
    const rung = ctx.bell.rung(
      endOf(input.turnId),
      LOOK_EVERY_MS,
      AbortSignal.any([nextRing.signal, ...(input.signal ? [input.signal] : [])]),
    )
    const turn = seen ?? (await reachTurn(ctx, input.turnId))
    seen = null
    const leftMs = untilMs - ctx.clock.nowMs()
    if (hasEnded(turn.status) || leftMs <= 0 || input.signal?.aborted === true) {
      nextRing.abort('over')
      return turn
    }
    await Promise.race([rung, ctx.clock.sleep(leftMs, nextRing.signal).catch(() => undefined)])
    nextRing.abort('over')
  }
}
