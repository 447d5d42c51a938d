/** A session as it is to be exported: which of its turns, and each of them when its turn comes, so that no more than a few are held. */
import { type ExportedTurn, endedTurnIds, loadForExport } from '../../db/bundle-queries.ts'
import type { BundleMedia } from '../../domain/bundle/bundle.ts'
import type { BundleSession } from '../../domain/bundle/bundle-session.ts'
import type { BundleTurn } from '../../domain/bundle/bundle-turn.ts'
import type { ServiceContext } from '../context.ts'
import { noSuch, reachSession, reachTurn } from '../scope.ts'
import { toBundleSession, toBundleTurn } from './to-bundle.ts'

/** Turns read from the database at once. */
const TURNS_AT_ONCE = 16

/** Content that the turns read so far name, in the order in which they first did. */
export interface NamedContent {
  media: Map<string, BundleMedia>
  /** Bytes by SHA-256. */
  signatures: Map<string, number>
}

export interface SessionExport {
  session: BundleSession
  turnCount: number
  /** The end of the branch asked for, else of the head's. */
  leafId: string | null
  /** From the first to the last, as often as it is asked for; notes in `named` what they name. */
  turns(named: NamedContent): AsyncGenerator<BundleTurn>
}

export interface WhatToExport {
  sessionId: string
  /** Ends the one branch to be exported; null: the whole tree. */
  leaf: string | null
}

/** Turns that have not ended are left out. Throws `not_found` for a session or a leaf that the caller cannot reach. */
export async function openExport(ctx: ServiceContext, { sessionId, leaf }: WhatToExport): Promise<SessionExport> {
  const session = await reachSession(ctx, sessionId)
  if (leaf !== null && (await reachTurn(ctx, leaf)).sessionId !== sessionId) throw noSuch('turn', leaf)
  // Read after the session: so the turn that was its head then is among them.
  const ids = await endedTurnIds(ctx.db, sessionId, leaf)
  const ordinals = new Map(ids.map((id, ordinal) => [id, ordinal]))
  const ordinalOf = (id: string | null) => (id === null ? null : (ordinals.get(id) ?? null))
  const head = leaf === null ? session.headTurnId : await lastSucceeded(ctx, ids)
  return {
    session: toBundleSession(session, ordinalOf(head)),
    turnCount: ids.length,
    leafId: leaf ?? session.headTurnId,
    async *turns(named) {
      for (let from = 0; from < ids.length; from += TURNS_AT_ONCE) {
        for (const turn of await loadForExport(ctx.db, ids.slice(from, from + TURNS_AT_ONCE))) {
          note(turn, named)
          yield toBundleTurn(turn, ordinalOf)
        }
      }
    },
  }
}

export function nothingNamed(): NamedContent {
  return { media: new Map(), signatures: new Map() }
}

function note({ input, answers }: ExportedTurn, { media, signatures }: NamedContent): void {
  for (const { part, media: image } of [...input, ...answers]) {
    if (image !== null && !media.has(image.sha256)) {
      const { sha256, mimeType, bytes, width, height } = image
      media.set(sha256, { sha256, mimeType, bytes, width, height })
    }
    for (const hole of part.holes) if (hole.holds === 'signature') signatures.set(hole.sha256, hole.bytes)
  }
}

/** In a branch every turn but the last has succeeded; where that one has not, the branch goes on from its parent. */
async function lastSucceeded(ctx: ServiceContext, ids: readonly string[]): Promise<string | null> {
  const last = await loadForExport(ctx.db, ids.slice(-2))
  return last.findLast(({ row }) => row.status === 'succeeded')?.row.id ?? null
}
