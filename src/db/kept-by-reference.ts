/** What a removal amounts to that a foreign key forbade: nothing was removed, since someone has just begun to name the thing. */
export function keptByReference(error: unknown): never[] {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && inner.code === '23503') return []
  }
  throw error
}
