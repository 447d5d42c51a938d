import { useRef } from 'preact/hooks'
import type { Turn } from '../../client/index.ts'
import { childrenOf, isActive, type PlacedTurn, placeTurns, promptOf } from '../model/edit-tree.ts'
import type { Conversation } from '../state/app-state.ts'
import { branchOf } from '../state/conversation.ts'
import { goTo } from '../state/edits.ts'
import { useAct } from './desk.ts'
import { Icon, IconButton } from './icons.tsx'
import { Thumbnail } from './thumbnail.tsx'

/** In pixels. */
const GRID = { lane: 60, row: 68, node: 44, margin: 10 }
const centre = ({ row, lane }: Pick<PlacedTurn, 'row' | 'lane'>) => ({
  x: GRID.margin + lane * GRID.lane + GRID.node / 2,
  y: GRID.margin + row * GRID.row + GRID.node / 2,
})

interface EditTreeProps {
  conversation: Conversation | null
  open: boolean
  busy: boolean
  onClose: () => void
}

/** Every edit of the session as a tree, the branch shown in strong lines. Arrow keys move through it, Enter continues from there. */
export function EditTree({ conversation, open, busy, onClose }: EditTreeProps) {
  return (
    <aside class={open ? 'tree-panel tree-panel-open' : 'tree-panel'} aria-label="Tree of edits">
      <div class="tree-head">
        <h2>Edits</h2>
        <IconButton icon="close" label="Close the tree of edits" class="tree-toggle" onClick={onClose} />
      </div>
      {conversation === null || conversation.turns.size === 0 ? (
        <p class="tree-empty">Each edit appears here. Go back to any of them to branch off.</p>
      ) : (
        <Tree conversation={conversation} busy={busy} />
      )}
    </aside>
  )
}

function Tree({ conversation, busy }: { conversation: Conversation; busy: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  const act = useAct()
  const placed = placeTurns(conversation.turns)
  const places = new Map(placed.map((place) => [place.turn.id, place]))
  const shown = new Set(branchOf(conversation).map(({ id }) => id))
  const focused = conversation.session.headTurnId ?? placed[0]?.turn.id
  const rows = Math.max(...placed.map(({ row }) => row)) + 1
  const lanes = Math.max(...placed.map(({ lane }) => lane)) + 1
  const size = { width: lanes * GRID.lane + GRID.margin, height: rows * GRID.row + GRID.margin }

  const onKeyDown = (event: KeyboardEvent, turn: Turn) => {
    const target = neighbourOf(conversation, turn, event.key)
    if (target === undefined) return
    event.preventDefault()
    box.current?.querySelector<HTMLElement>(`[data-turn="${target.id}"]`)?.focus()
  }
  return (
    <div class="tree-scroll">
      <div class="tree" ref={box} role="tree" aria-label="Edits" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
        <svg class="tree-lines" width={size.width} height={size.height} aria-hidden="true">
          {placed.map((place) => {
            const parent = places.get(place.turn.parentId ?? '')
            const strong = shown.has(place.turn.id) ? 'tree-line tree-line-shown' : 'tree-line'
            return parent === undefined ? null : <path key={place.turn.id} class={strong} d={lineBetween(parent, place)} />
          })}
        </svg>
        {placed.map((place) => (
          <TreeNode
            key={place.turn.id}
            place={place}
            head={place.turn.id === conversation.session.headTurnId}
            shown={shown.has(place.turn.id)}
            focusable={place.turn.id === focused}
            onKeyDown={onKeyDown}
            onGo={() => !busy && act((desk) => goTo(desk, place.turn))}
          />
        ))}
      </div>
    </div>
  )
}

interface TreeNodeProps {
  place: PlacedTurn
  head: boolean
  shown: boolean
  focusable: boolean
  onKeyDown: (event: KeyboardEvent, turn: Turn) => void
  onGo: () => void
}

function TreeNode({ place, head, shown, focusable, onKeyDown, onGo }: TreeNodeProps) {
  const { turn, row } = place
  const { x, y } = centre(place)
  const image = turn.output?.image ?? null
  const state = isActive(turn) ? 'active' : turn.status
  const words = `${promptOf(turn)}${head ? ', the next edit continues from here' : ''}${state === 'succeeded' ? '' : `, ${state}`}`
  return (
    <button
      type="button"
      role="treeitem"
      class={`node node-${state}${head ? ' node-head' : ''}${shown ? ' node-shown' : ''}`}
      style={{ left: `${x - GRID.node / 2}px`, top: `${y - GRID.node / 2}px` }}
      data-turn={turn.id}
      aria-label={words}
      aria-level={row + 1}
      aria-selected={head}
      title={words}
      tabIndex={focusable ? 0 : -1}
      onClick={onGo}
      onKeyDown={(event) => onKeyDown(event, turn)}
    >
      {image !== null ? (
        <Thumbnail sessionId={turn.sessionId} mediaId={image.mediaId} alt="" />
      ) : state === 'succeeded' ? (
        <span aria-hidden="true">“ ”</span>
      ) : state === 'active' ? (
        <span class="pulse" aria-hidden="true" />
      ) : (
        <Icon name={turn.error?.code === 'content_blocked' ? 'blocked' : 'close'} />
      )}
    </button>
  )
}

function neighbourOf({ turns }: Conversation, turn: Turn, key: string): Turn | undefined {
  const siblings = childrenOf(turns, turn.parentId)
  const at = siblings.findIndex(({ id }) => id === turn.id)
  switch (key) {
    case 'ArrowUp':
      return turns.get(turn.parentId ?? '')
    case 'ArrowDown':
      return childrenOf(turns, turn.id)[0]
    case 'ArrowLeft':
      return siblings[at - 1]
    case 'ArrowRight':
      return siblings[at + 1]
    default:
      return undefined
  }
}

/** Straight down, or in a bend into another lane. */
function lineBetween(from: PlacedTurn, to: PlacedTurn): string {
  const [a, b] = [centre(from), centre(to)]
  return from.lane === to.lane
    ? `M${a.x} ${a.y}V${b.y}`
    : `M${a.x} ${a.y}C${a.x} ${(a.y + b.y) / 2} ${b.x} ${(a.y + b.y) / 2} ${b.x} ${b.y}`
}
