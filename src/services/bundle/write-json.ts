/** The bundle as one JSON document. Content comes last, when it is known what the turns name. */
import { BUNDLE_FORMAT, BUNDLE_VERSION } from '../../domain/bundle/bundle.ts'
import { inBase64, type Piece } from '../../domain/bundle/piece.ts'
import type { NamedContent, SessionExport } from './open-export.ts'

export interface Inside {
  images: boolean
  signatures: boolean
}

/** A line for each turn, image and signature. `named` is complete when this is at its end. */
export async function* bundlePieces(exported: SessionExport, named: NamedContent, inside: Inside): AsyncGenerator<Piece> {
  yield `{"format":"${BUNDLE_FORMAT}","version":${BUNDLE_VERSION},\n"session":${JSON.stringify(exported.session)},\n"turns":[`
  let between = '\n'
  for await (const turn of exported.turns(named)) {
    yield between + JSON.stringify(turn)
    between = ',\n'
  }
  yield '],\n"media":['
  between = '\n'
  for (const media of named.media.values()) {
    yield between
    yield* inside.images ? withContent(media, 'data', inBase64(media)) : [JSON.stringify(media)]
    between = ',\n'
  }
  yield '],\n"signatures":['
  between = '\n'
  for (const [sha256, bytes] of named.signatures) {
    yield between
    yield* inside.signatures
      ? withContent({ sha256, bytes }, 'characters', { holds: 'escaped signature', sha256 })
      : [JSON.stringify({ sha256, bytes })]
    between = ',\n'
  }
  yield ']}\n'
}

function* withContent(item: object, field: string, content: Piece): Generator<Piece> {
  yield `${JSON.stringify(item).slice(0, -1)},"${field}":"`
  yield content
  yield '"}'
}
