/** The session that is open: its turns, and what happens to them while we look. */
import type { Turn, TurnEvent } from '../../client/index.ts'
import { systemClock } from '../../runtime/clock.ts'
import { settingsOf, USUAL_SETTINGS } from '../model/choices.ts'
import { isActive, newestLeaf, pathTo } from '../model/edit-tree.ts'
import { advance, NO_PROGRESS } from '../model/progress.ts'
import { type Conversation, type Desk, EMPTY_DRAFT } from './app-state.ts'
import { attempt } from './report.ts'
import { putSession } from './session-list.ts'

/** How long after a turn an answer may still come that is paid for (api.md, Turns: `lingerMs`), and how often to look. */
const LATE = { everyMs: 4_000, times: 32 }

/** Shows no session: the next edit starts one. */
export function leaveConversation(desk: Desk): void {
  desk.shown.abort()
  desk.shown = new AbortController()
  desk.store.set({ conversation: null, opening: false, settings: USUAL_SETTINGS, draft: EMPTY_DRAFT, pending: null, notice: null })
}

/** Loads a session with its whole tree, and follows the turn that is under way in it, if there is one. */
export async function openConversation(desk: Desk, id: string): Promise<void> {
  const { store, access } = desk
  leaveConversation(desk)
  const { signal } = desk.shown
  store.set({ opening: true })
  const client = access.forSession(id)
  const loaded = await Promise.all([client.sessions.get(id), client.session(id).turns({ all: true })]).catch((error: unknown) => {
    if (!signal.aborted) store.set({ opening: false })
    throw error
  })
  if (signal.aborted) return
  const [session, list] = loaded
  const turns = new Map(list.map((turn) => [turn.id, turn]))
  const active = list.find(isActive)
  const leafId = active?.id ?? newestLeaf(turns, session.headTurnId)
  store.set({ opening: false, conversation: { session, turns, progress: new Map(), leafId }, settings: settingsOf(session) })
  putSession(desk, session)
  if (active !== undefined) void followTurn(desk, active)
}

/** Changes the conversation, unless another one is shown by now. */
function change({ store }: Desk, sessionId: string, how: (conversation: Conversation) => Partial<Conversation>): void {
  const { conversation } = store.get()
  if (conversation?.session.id === sessionId) store.set({ conversation: { ...conversation, ...how(conversation) } })
}

/** Puts a turn, new or changed, into the tree. */
export function putTurn(desk: Desk, turn: Turn): void {
  change(desk, turn.sessionId, ({ turns }) => ({ turns: new Map(turns).set(turn.id, turn) }))
}

/** Shows the branch that ends in `leafId`. */
export function showLeaf(desk: Desk, sessionId: string, leafId: string | null): void {
  change(desk, sessionId, () => ({ leafId }))
}

/** Takes in what happens to a turn until it has ended, and what the session is then. */
export async function followTurn(desk: Desk, turn: Turn): Promise<void> {
  const { signal } = desk.shown
  await attempt(desk, async () => {
    for await (const event of desk.access.forSession(turn.sessionId).turns.follow(turn.id, signal)) takeIn(desk, event)
    await refreshSession(desk, turn.sessionId)
    await awaitLateAnswer(desk, turn, signal)
  })
}

function takeIn(desk: Desk, event: TurnEvent): void {
  change(desk, event.sessionId, ({ progress }) => {
    const before = progress.get(event.turnId) ?? NO_PROGRESS
    return { progress: new Map(progress).set(event.turnId, advance(before, event)) }
  })
  if ('turn' in event) putTurn(desk, event.turn)
}

export async function refreshSession(desk: Desk, id: string): Promise<void> {
  putSession(desk, await desk.access.forSession(id).sessions.get(id))
}

/** A turn that ended while an attempt was in flight may get its answer after all: looked for as long as it can come. */
async function awaitLateAnswer(desk: Desk, { id, sessionId }: Turn, signal: AbortSignal): Promise<void> {
  const inFlight = () =>
    desk.store
      .get()
      .conversation?.turns.get(id)
      ?.attempts.some(({ outcome }) => outcome === null) ?? false
  for (let times = 0; times < LATE.times && inFlight(); times++) {
    await systemClock.sleep(LATE.everyMs, signal).catch(() => undefined)
    if (signal.aborted) return
    putTurn(desk, await desk.access.forSession(sessionId).turns.get(id))
  }
}

/** The branch shown, root first. */
export function branchOf({ turns, leafId }: Conversation): Turn[] {
  return pathTo(turns, leafId)
}

/** The turn under way; at most one of a session is. */
export function activeTurn(conversation: Conversation | null): Turn | undefined {
  return conversation === null ? undefined : [...conversation.turns.values()].find(isActive)
}
