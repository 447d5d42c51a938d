/** One small conversation that all examples tell of: a photo, an edit of it, and another one to come. */

const MOMENT = '01kas3nn1gf8st3gq9z4k7m2xw'
const LATER = '01kas3qv9m2tq6w0d8e4f5h7jk'

export const SESSION = `ses_${MOMENT}`
export const TURN = `trn_${MOMENT}`
export const NEXT_TURN = `trn_${LATER}`
export const PHOTO = `med_${MOMENT}`
export const PICTURE = `med_${LATER}`
export const KEY = `key_${MOMENT}`
export const AUDIT_ENTRY = `aud_${MOMENT}`
export const REQUEST = `req_${MOMENT}`

export const FIRST_MODEL = 'gemini-3-pro-image'
export const SECOND_MODEL = 'gemini-nano-banana-2.1'

export const BEGAN_AT = '2026-11-20T11:46:03.120Z'
export const ENDED_AT = '2026-11-20T11:46:29.640Z'

export const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

/** A signed address of an image. */
export function addressOf(mediaId: string, what: 'content' | 'thumbnail' = 'content'): string {
  return `https://pentimento.example/v1/media/${mediaId}/${what}?t=acme&e=1795190400&s=q1w2e3`
}
