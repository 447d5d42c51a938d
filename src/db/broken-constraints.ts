/** What a removal amounts to that a foreign key forbade: nothing was removed, since someone has just begun to name the thing. */
export function keptByReference(error: unknown): never[] {
  if (breaksReference(error)) return []
  throw error
}

/** Whether a statement failed because a foreign key would point nowhere. */
export function breaksReference(error: unknown): boolean {
  return hasCode(error, '23503')
}

/** Whether a statement failed because there is such a row already. */
export function breaksUnique(error: unknown): boolean {
  return hasCode(error, '23505')
}

/** PostgreSQL's error codes, appendix A of its manual; drizzle wraps the error that has them. */
function hasCode(error: unknown, code: string): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && inner.code === code) return true
  }
  return false
}
