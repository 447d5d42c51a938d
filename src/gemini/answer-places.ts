/** Where in an answer the scanner stands, and so what a string there is. Anything not named here is `elsewhere`. */

export type Place =
  | 'answer'
  | 'candidates'
  | 'candidate'
  | 'content'
  | 'parts'
  | 'part'
  | 'inlineData'
  /** The characters of an image. */
  | 'image'
  /** The characters of a thought signature. */
  | 'signature'
  | 'elsewhere'

/** The shape of an answer (wire-facts §1.3). Steps into an object are `place.key`, into an array `place[index]` or `place[]`. */
const STEPS: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['answer.candidates', 'candidates'],
  ['candidates[0]', 'candidate'],
  ['candidate.content', 'content'],
  ['content.parts', 'parts'],
  ['parts[]', 'part'],
  ['part.inlineData', 'inlineData'],
  ['inlineData.data', 'image'],
  ['part.thoughtSignature', 'signature'],
])

/** Keys that, given a second time, replace all parts read so far: the last one counts, as for `JSON.parse`. */
export const HOLDS_PARTS: ReadonlySet<Place> = new Set<Place>(['candidates', 'content', 'parts'])

export function stepIntoKey(place: Place, key: string): Place {
  return STEPS.get(`${place}.${key}`) ?? 'elsewhere'
}

export function stepIntoIndex(place: Place, index: number): Place {
  return STEPS.get(`${place}[${index}]`) ?? STEPS.get(`${place}[]`) ?? 'elsewhere'
}
