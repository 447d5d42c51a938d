/** What an export is made of: text, and places for stored content, which is read only when its turn has come. */
import type { ImageBlob } from '../part.ts'
import type { HoleContent } from '../part-text.ts'

/** Text; an image in base64; a signature as it is, or `escaped` as the text of a JSON string. */
export type Piece = string | HoleContent | { holds: 'escaped signature'; sha256: string }

/** An image in padded base64. */
export function inBase64({ sha256, bytes }: Pick<ImageBlob, 'sha256' | 'bytes'>): Piece {
  return { holds: 'image', sha256, bytes, alphabet: 'base64', padded: true }
}
