/** What is read of a digest. */
type Digits = Pick<string, 'length' | 'charCodeAt'>

/** Whether two hex digests are the same. Always reads both to their ends, so that the time it takes tells nothing of where they differ. */
export function equalDigests(a: Digits, b: Digits): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
