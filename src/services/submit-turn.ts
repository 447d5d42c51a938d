import { breaksReference } from '../db/broken-constraints.ts'
import { type LockedSession, lockSession } from '../db/session-queries.ts'
import { cancelActiveTurn } from '../db/turn-endings.ts'
import { findKeyUse, insertTurn, readSessionState, rememberKeyUse } from '../db/turn-submission.ts'
import { loadTurns } from '../db/turn-views.ts'
import { makeId } from '../domain/ids.ts'
import type { Media } from '../domain/media.ts'
import { RequestError, turnProblem } from '../domain/problem.ts'
import { acceptAtOnce } from './accept-at-once.ts'
import { askedOf, checkChain } from './check-chain.ts'
import type { ServiceContext, Verb } from './context.ts'
import { digestOf } from './digest.ts'
import { holdForNewTurn } from './keep-budget.ts'
import { admitTurn } from './keep-limits.ts'
import { type NewInputPart, resolveMedia } from './resolve-media.ts'
import { allowSession, noSuch } from './scope.ts'
import type { Submission, Submitted } from './submission.ts'

/** A key is remembered this long (api.md, Turns). */
const KEY_LIFE_MS = 24 * 3_600_000

/**
 * Accepts a turn: once it returns, the turn is stored and will run, whatever becomes of this process.
 * A repeat under the same key and with the same content returns the turn it stands for (`replayed`).
 */
export const submitTurn: Verb<Submission, Submitted> = async ({ ctx, input }) => {
  const { tenantId } = ctx.principal
  allowSession(ctx, input.sessionId)
  checkWebhook(ctx, input.request.webhookUrl)
  const media = await resolveMedia(ctx, input.request.parts)
  const key =
    input.idempotencyKey === null ? null : { tenantId, route: input.keyPurpose ?? `turns of ${input.sessionId}`, key: input.idempotencyKey }
  const digest = key === null ? '' : await digestOf(contentOf(input, media))

  const running = await acceptAtOnce(ctx, input, media, key === null ? null : { use: key, digest })
  if (running !== null) return { turn: running, replayed: false, justBegun: true }

  const accept = ctx.db.transaction(async (tx) => {
    const inside: ServiceContext = { ...ctx, db: tx }
    const session = await lockSession(tx, tenantId, input.sessionId)
    if (session === null) throw noSuch('session', input.sessionId)
    const nowMs = ctx.clock.nowMs()

    const used = key === null ? null : await findKeyUse(tx, key)
    if (used !== null && used.createdAtMs > nowMs - KEY_LIFE_MS) {
      if (used.digest !== digest) {
        throw new RequestError('idempotency_mismatch', 'This Idempotency-Key stands for a turn with other content; use a new key.', {
          turnId: used.turnId,
        })
      }
      return { turnId: used.turnId, replayed: true }
    }
    const id = await acceptTurn(inside, session, input, nowMs)
    if (key !== null) await rememberKeyUse(tx, key, digest, id, nowMs)
    return { turnId: id, replayed: false }
  })
  const { turnId, replayed } = await accept.catch(async (error: unknown) => {
    // Media may go between the look and the turn that names them; another look tells which.
    if (breaksReference(error)) await resolveMedia(ctx, input.request.parts)
    throw error
  })
  if (!replayed) ctx.dispatcher.wakeHere?.()
  const [turn] = await loadTurns(ctx.db, [turnId])
  if (turn === undefined) throw noSuch('turn', turnId)
  return { turn, replayed, justBegun: false }
}

/** Throws `invalid_request` for an address that could not be told of the turn's end. */
function checkWebhook({ webhooks }: ServiceContext, url: string | null): void {
  if (url === null) return
  const refusal = webhooks === null ? 'this installation sends no webhooks' : webhooks.refusal(url)
  if (refusal === null) return
  throw new RequestError('invalid_request', 'The webhook could not be delivered.', { errors: [{ path: 'webhookUrl', message: refusal }] })
}

/** Under the session's lock: checks what the session's state decides, makes room as `onConflict` says, stores the turn. */
async function acceptTurn(ctx: ServiceContext, session: LockedSession, input: Submission, nowMs: number): Promise<string> {
  const { request, sessionId } = input
  if (input.expectedHeadTurnId !== undefined && input.expectedHeadTurnId !== session.headTurnId) {
    throw new RequestError('stale_parent', `The head of this session is ${session.headTurnId ?? 'root'} now.`)
  }
  const asked = askedOf(ctx, session, request)
  checkChain(ctx, asked)
  const parentId = input.parentId === undefined ? session.headTurnId : input.parentId
  const state = await readSessionState(ctx.db, sessionId, parentId)
  if (parentId !== null && state.parent?.status !== 'succeeded') {
    throw new RequestError('invalid_request', 'A turn can only build on a turn of the same session that succeeded.', {
      errors: [{ path: 'parentId', message: 'no turn of this session that succeeded' }],
    })
  }
  const behind = state.busyTurnId !== null && !(await makeRoom(ctx, session, sessionId, state.busyTurnId, nowMs))
  if (session.bounded) await admitTurn(ctx)
  const id = makeId('trn', nowMs, ctx.random.bytes(10))
  const depth = state.parent === null ? 0 : state.parent.depth + 1
  const reservedUsd = session.bounded
    ? await holdForNewTurn(ctx, {
        sessionId,
        turnId: id,
        models: asked.models ?? ctx.catalogue.chains[asked.strategy],
        image: asked.image,
        ...sizeOf(request.parts),
        depth,
      })
    : null
  await insertTurn(
    ctx.db,
    {
      id,
      tenantId: ctx.principal.tenantId,
      sessionId,
      parentId,
      parentIsHead: behind && input.parentId === undefined,
      depth,
      reservedUsd,
      traceParent: ctx.traceParent,
      by: behind ? 'nobody' : 'whoever',
      ...request,
    },
    { nowMs },
  )
  if (!behind) await ctx.dispatcher.wake(ctx.db)
  return id
}

/** True when nothing stands in the way any more; false when the new turn has to queue. */
async function makeRoom(
  ctx: ServiceContext,
  session: LockedSession,
  sessionId: string,
  busyTurnId: string,
  nowMs: number,
): Promise<boolean> {
  switch (session.onConflict) {
    case 'reject':
      throw new RequestError(
        'session_busy',
        'Another turn of this session is active; wait for it, cancel it, or let turns queue (`onConflict`).',
        {
          turnId: busyTurnId,
        },
      )
    case 'enqueue':
      return false
    case 'replace': {
      const why = turnProblem('canceled', 'A newer turn of this session took its place (`onConflict: replace`).')
      for (let busy: string | null = busyTurnId; busy !== null; ) {
        await cancelActiveTurn(ctx.db, busy, why, nowMs)
        busy = (await readSessionState(ctx.db, sessionId, null)).busyTurnId
      }
      return true
    }
  }
}

function sizeOf(parts: readonly NewInputPart[]): { textCharacters: number; images: number } {
  const texts = parts.map((part) => (part.type === 'text' ? part.text.length : 0))
  return { textCharacters: texts.reduce((sum, length) => sum + length, 0), images: parts.filter(({ type }) => type === 'image').length }
}

/** What makes two requests the same: the parsed input, media by digest (api.md, Idempotency-Key). */
function contentOf(input: Submission, media: ReadonlyMap<string, Media>): unknown {
  const { idempotencyKey: _key, ...rest } = input
  const parts = input.request.parts.map((part) =>
    part.type === 'image' ? { type: 'image', sha256: media.get(part.mediaId)?.sha256 } : part,
  )
  return { ...rest, request: { ...input.request, parts } }
}
