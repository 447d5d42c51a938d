/** Makes the upstream's words fit to be kept: some errors quote the request (`Base64 decoding failed for "…"`), and some the key. */
import { z } from 'zod'

const MESSAGE_UNITS_MAX = 2000
/** Longer runs of these characters are data, not words; addresses and resource names have other ones in between. */
const DATA_RUN = /[A-Za-z0-9+/_=-]{120,}/g

/** At most 2,000 UTF-16 units, without `secret` and without long runs of data. */
export function safeMessage(message: string, secret: string): string {
  const withoutKey = secret === '' ? message : message.replaceAll(secret, '…')
  return withoutKey.replace(DATA_RUN, '…').slice(0, MESSAGE_UNITS_MAX)
}

/** Words of an answer that go into the database, which holds neither NUL nor half a surrogate pair: a name is not worth a lost picture. */
export const storableWords = z.string().transform((words) => words.toWellFormed().replaceAll('\0', ''))
