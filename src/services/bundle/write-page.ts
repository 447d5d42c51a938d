/** The session as one self-contained page. Its turns are gone through twice: for the tree at the top, then for themselves. */
import { type OutlineItem, PAGE_END, pageStart } from '../../domain/bundle/page/page-frame.ts'
import { type Picture, pageTurn } from '../../domain/bundle/page/page-turn.ts'
import type { Piece } from '../../domain/bundle/piece.ts'
import { labelOf } from '../../domain/bundle/tell-turn.ts'
import type { ServiceContext } from '../context.ts'
import { outgoingImage } from '../outgoing-image.ts'
import { nothingNamed, type SessionExport } from './open-export.ts'

/** What no browser shows by itself. */
const SHOWN_AS_JPEG: readonly string[] = ['image/heic', 'image/heif']

export async function* pagePieces(ctx: ServiceContext, exported: SessionExport): AsyncGenerator<Piece> {
  const outline: OutlineItem[] = []
  for await (const turn of exported.turns(nothingNamed())) {
    outline.push({ parent: turn.parent, status: turn.status, label: labelOf(turn) })
  }
  yield pageStart(exported.session, outline)
  const named = nothingNamed()
  const pictures = new Map<string, Picture>()
  const shownIn = new Map<string, number>()
  let ordinal = 0
  for await (const turn of exported.turns(named)) {
    for (const image of named.media.values()) {
      if (!pictures.has(image.sha256)) pictures.set(image.sha256, await showable(ctx, image))
    }
    yield* pageTurn(turn, ordinal, { pictures, shownIn })
    ordinal += 1
  }
  yield PAGE_END
}

async function showable(ctx: ServiceContext, picture: Picture): Promise<Picture> {
  return SHOWN_AS_JPEG.includes(picture.mimeType) ? { ...picture, ...(await outgoingImage(ctx, picture, 'strip')) } : picture
}
