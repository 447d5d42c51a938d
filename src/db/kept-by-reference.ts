/** What a removal amounts to that a foreign key forbade: nothing was removed, since someone has just begun to name the thing. */
export function keptByReference(error: unknown): never[] {
  if (breaksReference(error)) return []
  throw error
}

/** Whether a statement failed because a foreign key would point nowhere. */
export function breaksReference(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && inner.code === '23503') return true
  }
  return false
}
