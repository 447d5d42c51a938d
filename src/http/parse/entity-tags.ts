/** Entity tags in If-Match, If-None-Match and If-Range (RFC 9110 §8.8, §13.1). */

const STRONG_TAG = /^"([\x21\x23-\x7e]*)"$/

/**
 * The head that `If-Match` on a turn expects: a turn's id, null for `"root"` (the session has no turn yet), or undefined
 * where any will do (`*`). Throws RangeError for anything that is not one strong tag.
 */
export function expectedHead(ifMatch: string): string | null | undefined {
  if (ifMatch.trim() === '*') return undefined
  const tag = STRONG_TAG.exec(ifMatch.trim())?.[1]
  if (tag === undefined) throw new RangeError('give one head in double quotes: "<headTurnId>", or "root"')
  return tag === 'root' ? null : tag
}

/** Whether `If-None-Match` names this tag, so that 304 will do. Weak comparison, as the RFC has it. */
export function matchesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}
