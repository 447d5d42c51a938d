/** Makes a part out of what the scanner kept and what was taken out of it. */

import type { Hole, ReceivedPart } from '../domain/part.ts'
import type { ScannedPart } from './document-scanner.ts'
import type { GrowingBytes } from './growing-bytes.ts'
import type { TakenValue } from './take-value.ts'
import { parseWirePart } from './wire-answer.ts'

/** Fields that say nothing where there is neither text nor a signature. */
const EMPTY_TEXT_FIELDS: ReadonlySet<string> = new Set(['text', 'thought', 'thoughtSignature'])

/** What may be believed of bytes we do not know: we serve them under this name, so that neither a page nor a drawing with scripts may pass. */
const IMAGE_TYPE = /^image\/(?!svg)[\w.+-]+$/i

/** A part all of whose values are in storage. */
export type SettledPart = Omit<ScannedPart, 'values'> & { values: readonly (TakenValue & { at: number })[] }

/** Null for a part that carries nothing: unsigned empty text is dropped (wire-facts §2.6), signed empty text is kept. */
export function receivedPart(scanned: SettledPart, skeleton: GrowingBytes): ReceivedPart | null {
  const { raw, holes } = rawWithHoles(scanned, skeleton)
  const part = parseWirePart(raw)
  const signed = typeof part.thoughtSignature === 'string' && holes.some((hole) => hole.holds === 'signature')
  if (!part.text && !signed && part.fields.every((field) => EMPTY_TEXT_FIELDS.has(field))) return null
  return { raw, holes, thought: part.thought === true, text: part.text ?? null, image: imageOf(scanned, part.inlineData), signed }
}

/** Byte offsets in the skeleton become UTF-16 units in the text. */
function rawWithHoles(scanned: SettledPart, skeleton: GrowingBytes): { raw: string; holes: Hole[] } {
  let raw = ''
  let from = scanned.start
  const holes = scanned.values.map((value) => {
    raw += skeleton.text(from, value.at)
    from = value.at
    return { at: raw.length, ...value.content }
  })
  return { raw: raw + skeleton.text(from, scanned.end), holes }
}

/** A key given twice counts the last time, as for `JSON.parse`: no `data` there, no image. */
function imageOf(scanned: SettledPart, inlineData: ReturnType<typeof parseWirePart>['inlineData']): ReceivedPart['image'] {
  const value = scanned.values.findLast(({ content }) => content.holds === 'image')
  if (value === undefined || typeof inlineData?.data !== 'string') return null
  const { sha256, bytes } = value.content
  const mimeType = value.imageType ?? IMAGE_TYPE.exec(inlineData.mimeType ?? '')?.[0] ?? 'application/octet-stream'
  return { sha256, bytes, mimeType, width: null, height: null }
}
