import { findRendition } from '../db/rendition-queries.ts'
import { lockSession } from '../db/session-queries.ts'
import * as removal from '../db/session-removal.ts'
import { describeError } from '../domain/describe-error.ts'
import { rollUpSession } from '../monitoring/roll-up.ts'
import type { ServiceContext, Verb } from './context.ts'
import { removeBlobIfUnnamed } from './remove-blob.ts'
import { allowSession, noSuch } from './scope.ts'

interface Removed {
  turns: number
  media: number
  bytes: number
  upstreamFiles: number
}

/** How long the upstream may take to remove a file; it goes by itself after 48 h in any case. */
const UPSTREAM_PATIENCE_MS = 10_000

/**
 * Removes the session and what nothing else names: media, signatures, renditions, files upstream. Running turns lose their rows
 * and stop. Of the ledger, anonymous sums stay.
 */
export const deleteSession: Verb<{ sessionId: string }, Removed> = async ({ ctx, input }) => {
  const { sessionId } = input
  allowSession(ctx, sessionId)
  const named = await ctx.db.transaction(async (tx) => {
    if ((await lockSession(tx, ctx.principal.tenantId, sessionId)) === null) throw noSuch('session', sessionId)
    const found = await removal.namedBySession(tx, sessionId, ctx.clock.nowMs())
    await rollUpSession(tx, sessionId, ctx.clock.nowMs())
    await removal.removeSessionRow(tx, sessionId)
    return found
  })
  const removed: Removed = { turns: named.turns, media: 0, bytes: 0, upstreamFiles: 0 }
  for (const signature of named.signatures) await removal.removeSignatureIfUnnamed(ctx.db, signature)
  for (const { id, usedAtMs } of named.media) {
    const media = await removal.removeMediaIfUnnamed(ctx.db, id, usedAtMs)
    if (media === null) continue
    removed.media += 1
    removed.bytes += media.bytes
    removed.upstreamFiles += await removeContent(ctx, media.sha256)
  }
  return removed
}

/** The bytes, their other forms and the files upstream, as far as no other media shows the same. Returns how many files went. */
async function removeContent(ctx: ServiceContext, sha256: string): Promise<number> {
  const outgoing = await findRendition(ctx.db, sha256, 'outgoing')
  const forms = await removal.removeRenditionsIfUnnamed(ctx.db, sha256)
  let files = 0
  for (const blob of new Set([sha256, ...forms])) {
    if (!(await removeBlobIfUnnamed(ctx, blob))) continue
    if (blob === sha256 || blob === outgoing?.sha256) files += await removeUpstream(ctx, blob)
  }
  return files
}

async function removeUpstream(ctx: ServiceContext, sha256: string): Promise<number> {
  let files = 0
  for (const { endpointId, name } of await removal.takeHandlesOf(ctx.db, sha256)) {
    const over = new AbortController()
    const patience = ctx.clock.sleep(UPSTREAM_PATIENCE_MS, over.signal).catch(() => undefined)
    const gone = ctx.files.remove(endpointId, name, over.signal).then(
      () => true,
      (error: unknown) => {
        ctx.logger.warn('media.upstream_removal_failed', { endpoint: endpointId, error: describeError(error) })
        return false
      },
    )
    if (await Promise.race([gone, patience.then(() => false)])) files += 1
    over.abort()
  }
  return files
}
