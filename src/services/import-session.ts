import { heldMedia, insertImported, lockImports } from '../db/import-queries.ts'
import { ensureTenantStorage } from '../db/limit-queries.ts'
import { upsertMedia } from '../db/media-queries.ts'
import type { Bundle } from '../domain/bundle/bundle.ts'
import { type Origin, originsOf } from '../domain/bundle/origins.ts'
import { makeId } from '../domain/ids.ts'
import type { Session } from '../domain/session.ts'
import { depthsOf, type Naming, toPartRows, toSessionRow, toTurnRow } from './bundle/from-bundle.ts'
import { gatherContent, type ImageFacts, missingMedia } from './bundle/gather-content.ts'
import { openArchive } from './bundle/open-archive.ts'
import { parseBundle } from './bundle/parse-bundle.ts'
import { filesOf, readArchivedBundle } from './bundle/read-archive.ts'
import { scanBundle } from './bundle/scan-bundle.ts'
import type { ServiceContext, Verb } from './context.ts'
import { getSession } from './get-session.ts'
import { keepWithinStorage } from './keep-limits.ts'

interface Given {
  format: 'json' | 'zip'
  bytes: AsyncIterable<Uint8Array>
}

interface Gathered {
  bundle: Bundle
  /** Of the images that came with it, by SHA-256. */
  images: ReadonlyMap<string, ImageFacts>
}

/**
 * Makes a session of a bundle, with ids of its own. Content goes into storage first, all rows follow in one transaction: of a
 * bundle that is refused nothing remains but bytes that are collected later. Its ledger is kept, and counts nowhere.
 *
 * @throws RequestError `invalid_request` with the place of whatever is wrong; `missing_media` with digests of images it lacks;
 *   `payload_too_large` where its images exceed the tenant's storage
 */
export const importSession: Verb<Given, Session> = async ({ ctx, input }) => {
  const { bundle, images } = input.format === 'zip' ? await gatherZip(ctx, input.bytes) : await gatherJson(ctx, input.bytes)
  const nowMs = ctx.clock.nowMs()
  const newId = (prefix: 'ses' | 'trn') => makeId(prefix, nowMs, ctx.random.bytes(10))
  const { tenantId } = ctx.principal
  const names = { tenantId, sessionId: newId('ses'), turnIds: bundle.turns.map(() => newId('trn')) }
  await ctx.db.transaction(async (tx) => {
    const limited = (await ensureTenantStorage(tx, tenantId, nowMs)) !== null
    if (limited) await keepWithinStorage({ ...ctx, db: tx }, bundle.media)
    const mediaIds = await nameMedia({ ...ctx, db: tx }, { bundle, images }, names.turnIds)
    await insertBundle({ ...ctx, db: tx }, bundle, { ...names, mediaIds }, nowMs)
  })
  return getSession({ ctx, input: { sessionId: names.sessionId } })
}

async function gatherJson(ctx: ServiceContext, bytes: AsyncIterable<Uint8Array>): Promise<Gathered> {
  const scanned = await scanBundle(ctx, bytes, '')
  const bundle = parseBundle(scanned.json)
  return { bundle, images: await gatherContent(ctx, bundle, scanned, async () => null) }
}

async function gatherZip(ctx: ServiceContext, bytes: AsyncIterable<Uint8Array>): Promise<Gathered> {
  const archive = await openArchive(ctx, bytes)
  try {
    const scanned = await readArchivedBundle(ctx, archive)
    const bundle = parseBundle(scanned.json)
    return { bundle, images: await gatherContent(ctx, bundle, scanned, filesOf(ctx, archive, bundle)) }
  } finally {
    await archive.discard()
  }
}

async function insertBundle(ctx: ServiceContext, bundle: Bundle, naming: Naming, nowMs: number): Promise<void> {
  const depths = depthsOf(bundle.turns)
  const turns = bundle.turns.map((turn, ordinal) => {
    const row = toTurnRow(turn, ordinal, depths[ordinal] ?? 0, naming)
    return { turn: row, parts: toPartRows(turn, row.id, naming), attempts: turn.attempts }
  })
  await insertImported(ctx.db, toSessionRow(bundle, naming, nowMs), turns, nowMs)
}

/** Every image of the bundle as media of the tenant: its own where it holds the same bytes, else a new one. */
async function nameMedia(ctx: ServiceContext, { bundle, images }: Gathered, turnIds: readonly string[]): Promise<Map<string, string>> {
  const { tenantId } = ctx.principal
  const nowMs = ctx.clock.nowMs()
  const origins = originsOf(bundle)
  const digests = bundle.media.map(({ sha256 }) => sha256)
  await lockImports(ctx.db)
  const mediaIds = await heldMedia(ctx.db, tenantId, digests)
  for (const { sha256, bytes } of bundle.media) {
    if (mediaIds.has(sha256)) continue
    const facts = images.get(sha256)
    if (facts === undefined) throw missingMedia(digests.length, [sha256])
    const lineage = lineageOf(origins.get(sha256), turnIds, mediaIds)
    const id = makeId('med', nowMs, ctx.random.bytes(10))
    mediaIds.set(sha256, (await upsertMedia(ctx.db, { id, tenantId, sha256, bytes, ...facts, createdAtMs: nowMs, lineage })).id)
  }
  return mediaIds
}

function lineageOf(origin: Origin | undefined, turnIds: readonly string[], mediaIds: ReadonlyMap<string, string>) {
  const turnId = origin === undefined ? undefined : turnIds[origin.turn]
  if (origin === undefined || turnId === undefined) return null
  return { turnId, from: origin.from.flatMap((sha256) => mediaIds.get(sha256) ?? []) }
}
