/** How a turn just submitted is answered: at once, when it ended, or as its events (api.md, Turns). */
import type { Turn } from '../domain/turn.ts'
import { hasEnded } from '../domain/turn.ts'
import { cancelTurn } from '../services/cancel-turn.ts'
import { getSession } from '../services/get-session.ts'
import type { Submitted } from '../services/submission.ts'
import { waitForTurn } from '../services/wait-for-turn.ts'
import type { AppDeps, HttpContext } from './env.ts'
import { applyPreference, type Preference } from './parse/prefer.ts'
import { mediaLinks } from './present/media-links.ts'
import { presentTurn } from './present/present-turn.ts'
import { answerTurnEvents } from './turn-stream.ts'

/** When to ask again about a turn that goes on, unless it says itself when it will, in ms. */
const ASK_AGAIN_MS = 2000
const ASK_AGAIN_MS_MAX = 60_000

/** 201 when the turn has ended within the wait asked for, 202 with Retry-After while it goes on, or its event stream. */
export async function answerTurn(c: HttpContext, deps: AppDeps, submitted: Submitted, preference: Preference): Promise<Response> {
  const { turn, replayed, justBegun } = submitted
  const headers = { Location: `/v1/turns/${turn.id}`, ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}) }
  const leave = replayed ? async () => {} : () => abandon(c, turn)
  if (wantsEvents(c)) return answerTurnEvents(c, deps, { id: turn.id, afterSeq: 0 }, { onDisconnect: leave, headers })

  const { waitMs, applied } = applyPreference(preference, deps.config.waitMaxMs)
  const now = waitMs === 0 ? turn : await awaitEnd(c, turn.id, waitMs, leave, justBegun ? turn : null)
  const ended = hasEnded(now.status)
  return c.json(await presentTurn(now, mediaLinks(c, deps)), ended ? 201 : 202, {
    ...headers,
    ...(applied === null ? {} : { 'Preference-Applied': applied }),
    ...(ended ? {} : { 'Retry-After': retryAfterSeconds(now, deps) }),
  })
}

/** The turn when it has ended, or as it is after `waitMs`; `leave` is called when the client goes away before. */
export async function awaitEnd(
  c: HttpContext,
  turnId: string,
  waitMs: number,
  leave: () => Promise<void>,
  justBegun: Turn | null = null,
): Promise<Turn> {
  const { signal } = c.req.raw
  const turn = await waitForTurn({ ctx: c.var.services, input: { turnId, waitMs, signal, justBegun } })
  if (signal.aborted) await leave()
  return turn
}

/** The client that submitted the turn has left: the session says whether that cancels it. */
async function abandon(c: HttpContext, { id, sessionId }: Turn): Promise<void> {
  const ctx = c.var.services
  const { onDisconnect } = await getSession({ ctx, input: { sessionId } })
  if (onDisconnect === 'cancel') await cancelTurn({ ctx, input: { turnId: id } })
}

function wantsEvents(c: HttpContext): boolean {
  return /\btext\/event-stream\b/i.test(c.req.header('Accept') ?? '')
}

function retryAfterSeconds({ waitingUntilMs }: Turn, { clock }: AppDeps): string {
  const leftMs = waitingUntilMs === null ? ASK_AGAIN_MS : Math.min(Math.max(waitingUntilMs - clock.nowMs(), ASK_AGAIN_MS), ASK_AGAIN_MS_MAX)
  return String(Math.ceil(leftMs / 1000))
}
