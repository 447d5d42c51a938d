/** Where each turn of a tree stands on a grid: depth to the right, branches below. */

export interface Place {
  /** From 0: how deep below the root. */
  column: number
  /** From 0. A turn's first child stays in its row, every further one opens a new row. */
  row: number
}

/** @param nodes parents before their children; a `parent` of null, or one that is not there, is the root */
export function layoutTree(nodes: readonly { name: string; parent: string | null }[]): Map<string, Place> {
  const places = new Map<string, Place>()
  const continued = new Set<string | null>()
  let rows = 0
  for (const { name, parent } of nodes) {
    const above = parent === null ? undefined : places.get(parent)
    const row = above && !continued.has(parent) ? above.row : rows++
    continued.add(parent)
    places.set(name, { column: above ? above.column + 1 : 0, row })
  }
  return places
}
