import { markdownStart, markdownTurn } from '../../domain/bundle/markdown.ts'
import type { Piece } from '../../domain/bundle/piece.ts'
import { nothingNamed, type SessionExport } from './open-export.ts'

/** The session as Markdown; its pictures are links to the files that the zip of the same session holds. */
export async function* markdownPieces(exported: SessionExport): AsyncGenerator<Piece> {
  const named = nothingNamed()
  yield markdownStart(exported.session)
  let ordinal = 0
  for await (const turn of exported.turns(named)) {
    yield `${markdownTurn(turn, ordinal, named.media)}\n`
    ordinal += 1
  }
}
