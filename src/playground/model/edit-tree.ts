/** The turns of a session as a tree: paths through it, and where each turn stands when it is drawn. */
import type { Turn } from '../../client/index.ts'

export type Turns = ReadonlyMap<string, Turn>

const ACTIVE: readonly Turn['status'][] = ['queued', 'running', 'waiting']

export function isActive({ status }: Pick<Turn, 'status'>): boolean {
  return ACTIVE.includes(status)
}

/** Children of a turn, or the roots (null), oldest first. */
export function childrenOf(turns: Turns, parentId: string | null): Turn[] {
  return [...turns.values()].filter((turn) => turn.parentId === parentId).toSorted(byAge)
}

/** Root first, ending with `leafId`; empty for null. */
export function pathTo(turns: Turns, leafId: string | null): Turn[] {
  const path: Turn[] = []
  for (let turn = leafId === null ? undefined : turns.get(leafId); turn !== undefined; ) {
    path.unshift(turn)
    turn = turn.parentId === null ? undefined : turns.get(turn.parentId)
  }
  return path
}

/** Where the newest turns from here on lead: what to show below the head. Null when there are no turns. */
export function newestLeaf(turns: Turns, fromId: string | null): string | null {
  const newest = childrenOf(turns, fromId).at(-1)
  return newest === undefined ? fromId : newestLeaf(turns, newest.id)
}

/** The picture a turn began with: the last it was given, else the one its nearest ancestor ended with. Null: it began with none. */
export function pictureBefore(turns: Turns, turn: Turn): { mediaId: string; url: string } | null {
  const given = turn.input.parts.findLast((part) => part.type === 'image')
  if (given?.type === 'image') return given
  const parent = turn.parentId === null ? undefined : turns.get(turn.parentId)
  return parent === undefined ? null : pictureAfter(turns, parent)
}

/** The picture as it is after a turn; one that answered in words leaves the picture before it. */
export function pictureAfter(turns: Turns, turn: Turn): { mediaId: string; url: string } | null {
  return turn.output?.image ?? pictureBefore(turns, turn)
}

/** Prompt of a turn: its texts in order. */
export function promptOf({ input }: Pick<Turn, 'input'>): string {
  return input.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

export interface PlacedTurn {
  turn: Turn
  /** From the top, from 0. */
  row: number
  /** From the left, from 0; a branch gets a lane of its own. */
  lane: number
}

/** Every turn with its place: oldest children go straight down, each further one into a new lane to the right. */
export function placeTurns(turns: Turns): PlacedTurn[] {
  const placed: PlacedTurn[] = []
  let lanes = 0
  const place = (turn: Turn, row: number, lane: number) => {
    placed.push({ turn, row, lane })
    for (const [index, child] of childrenOf(turns, turn.id).entries()) place(child, row + 1, index === 0 ? lane : lanes++)
  }
  for (const root of childrenOf(turns, null)) place(root, 0, lanes++)
  return placed
}

function byAge(a: Turn, b: Turn): number {
  // Ids of one kind sort by the millisecond they were made in.
  return a.id < b.id ? -1 : 1
}
