/** Writes a generated session as rows and blobs, past every service that would not let some of it be. */
import { upsertMedia } from '../../src/db/media-queries.ts'
import { attempts, parts, sessions, turns } from '../../src/db/schema.ts'
import { ensureTenant } from '../../src/db/session-queries.ts'
import { makeId } from '../../src/domain/ids.ts'
import { hasEnded } from '../../src/domain/turn.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { encode } from '../media/picture-files.ts'
import type { SpecPart, SpecSession, SpecTurn } from './arbitrary-session.ts'

export interface Picture {
  mediaId: string
  sha256: string
  bytes: number
}

/** One of each kind, of different sizes. */
export async function storePictures(ctx: ServiceContext): Promise<Picture[]> {
  await ensureTenant(ctx.db, ctx.principal.tenantId, ctx.clock.nowMs())
  const files = [await encode('png', 3, 2), await encode('jpeg', 8, 8), await encode('webp', 16, 9), await encode('jpeg', 5, 7, 6)]
  return Promise.all(files.map((file) => storePicture(ctx, file)))
}

export async function storePicture(ctx: ServiceContext, file: Uint8Array): Promise<Picture> {
  const writer = await ctx.blobs.open()
  await writer.write(file)
  const blob = await writer.commit()
  const verdict = await ctx.inspector.inspect(blob)
  if (!verdict.ok) throw new Error(verdict.refusal.detail)
  const about = { tenantId: ctx.principal.tenantId, lineage: null, createdAtMs: ctx.clock.nowMs() }
  const { id } = await upsertMedia(ctx.db, { id: newId(ctx, 'med'), ...about, ...blob, ...verdict.image })
  return { mediaId: id, ...blob }
}

/** The session's id and its turns', in order. Turns that can be no parent have no children; at most one is active. */
export async function storeSession(ctx: ServiceContext, spec: SpecSession, pictures: readonly Picture[]) {
  const { db, principal } = ctx
  const sessionId = newId(ctx, 'ses')
  const { models, safetySettings, metadata, ...settings } = spec.settings
  const lists = { models: models === null ? null : [...models], safetySettings: [...safetySettings], metadata: { ...metadata } }
  const times = { createdAtMs: spec.createdAtMs, updatedAtMs: spec.updatedAtMs }
  await db.insert(sessions).values({ ...settings, ...lists, ...times, id: sessionId, tenantId: principal.tenantId })
  const stored: { id: string; depth: number; status: string }[] = []
  for (const turn of spec.turns) {
    const parent = stored.filter(({ status }) => status === 'succeeded').at(turn.parentPick)
    const active = stored.some(({ status }) => status === 'running' || status === 'waiting')
    const status = active && !hasEnded(turn.status) ? 'queued' : turn.status
    const place = { sessionId, parentId: parent?.id ?? null, depth: parent === undefined ? 0 : parent.depth + 1, status }
    stored.push({ id: await storeTurn(ctx, turn, place, pictures), depth: place.depth, status })
  }
  const head = stored.filter(({ status }) => status === 'succeeded').at(spec.headPick)
  await db.execute(`update sessions set head_turn_id = ${head === undefined ? 'null' : `'${head.id}'`} where id = '${sessionId}'`)
  return { sessionId, turns: stored }
}

type Placed = { sessionId: string; parentId: string | null; depth: number; status: SpecTurn['status'] }

async function storeTurn(ctx: ServiceContext, spec: SpecTurn, place: Placed, pictures: readonly Picture[]): Promise<string> {
  const { input, attempts: ledger, output, forked, parentPick: _pick, status: _status, models, ...columns } = spec
  const id = newId(ctx, 'trn')
  const succeeded = place.status === 'succeeded'
  const outputAttempt = succeeded ? ledger.length + 1 : null
  await ctx.db.insert(turns).values({
    ...{ ...columns, ...place, id, tenantId: ctx.principal.tenantId, version: 1, outputAttempt },
    models: models === null ? null : [...models],
    webhookUrl: 'https://hooks.example/secret',
  })
  await ctx.db.insert(parts).values(
    input.map((given, ordinal) => ({
      ...{ turnId: id, attempt: 0, ordinal, holes: [] },
      ...(typeof given === 'string' ? { raw: JSON.stringify({ text: given }) } : { raw: '{}', mediaId: pictures[given]?.mediaId ?? null }),
    })),
  )
  // At most one may be in flight, and the output's is not.
  const flying = ledger.find(({ row }) => row.endedAtMs === null)
  const last = { ...output.row, outcome: succeeded ? 'succeeded' : 'overloaded', endedAtMs: output.row.startedAtMs }
  for (const [index, one] of [...ledger, { ...output, row: last }].entries()) {
    const [attempt, endedAtMs] = [index + 1, one === flying ? null : (one.row.endedAtMs ?? one.row.startedAtMs)]
    const owner = { turnId: id, n: attempt, tenantId: ctx.principal.tenantId }
    if (!forked)
      await ctx.db.insert(attempts).values({ ...one.row, ...owner, endedAtMs, outcome: endedAtMs === null ? null : one.row.outcome })
    if (one.row.outcome === 'succeeded' && endedAtMs !== null) await storeParts(ctx, id, attempt, one.parts, pictures)
  }
  return id
}

async function storeParts(ctx: ServiceContext, turnId: string, attempt: number, given: readonly SpecPart[], pictures: readonly Picture[]) {
  for (const { signature } of given) {
    if (signature === null) continue
    const writer = await ctx.signatures.open()
    await writer.write(Buffer.from(signature))
    await writer.commit()
  }
  await ctx.db.insert(parts).values(
    given.map(({ raw, holes, thought, picture, mintedBy }, ordinal) => {
      const shown = picture === null ? undefined : pictures[picture]
      return {
        ...{ turnId, attempt, ordinal, raw, thought, mediaId: shown?.mediaId ?? null },
        holes: holes.map((hole) =>
          hole.holds === 'signature' ? hole : { ...hole, sha256: shown?.sha256 ?? '', bytes: shown?.bytes ?? 0 },
        ),
        signatureSha256: holes.flatMap((hole) => (hole.holds === 'signature' ? [hole.sha256] : []))[0] ?? null,
        mintedByApi: mintedBy.api,
        mintedByModel: mintedBy.model,
      }
    }),
  )
}

function newId(ctx: ServiceContext, prefix: 'ses' | 'trn' | 'med'): string {
  return makeId(prefix, ctx.clock.nowMs(), ctx.random.bytes(10))
}
