/** What a person does in a conversation: ask for an edit, stop it, make it again, go back and forth. */
import type { Turn } from '../../client/index.ts'
import { type Settings, toUpdate } from '../model/choices.ts'
import { newestLeaf, pathTo, promptOf } from '../model/edit-tree.ts'
import { type Attachment, type Conversation, type Desk, type Draft, EMPTY_DRAFT } from './app-state.ts'
import { release } from './attachments.ts'
import { activeTurn, branchOf, followTurn, openConversation, putTurn, refreshSession, showLeaf } from './conversation.ts'
import { putSession } from './session-list.ts'

const TITLE_CHARACTERS_MAX = 60

/** Sends the draft; with no session open it starts one. The draft comes back when it was not accepted. */
export async function submitDraft(desk: Desk): Promise<void> {
  const { store, access } = desk
  const { draft, pending, conversation } = store.get()
  if (pending !== null || isEmpty(draft) || activeTurn(conversation) !== undefined) return
  store.set({ pending: draft, draft: EMPTY_DRAFT, notice: null })
  try {
    const sessionId = conversation?.session.id ?? (await startSession(desk, draft))
    const images = draft.attachments.map(({ source }) => source)
    const turn = await access.forSession(sessionId).session(sessionId).edit({ prompt: draft.text.trim(), images }).accepted
    accept(desk, turn)
    store.set({ pending: null })
    release(draft.attachments)
  } catch (error) {
    store.set({ pending: null, draft })
    throw error
  }
}

export function isEmpty({ text, attachments }: Draft): boolean {
  return text.trim() === '' && attachments.length === 0
}

async function startSession(desk: Desk, { text }: Draft): Promise<string> {
  const { store, access } = desk
  const [line = ''] = text.trim().split('\n')
  const title = line.length > TITLE_CHARACTERS_MAX ? `${line.slice(0, TITLE_CHARACTERS_MAX - 1).trimEnd()}…` : line
  const { id } = await access.keyed.sessions.create({ ...toUpdate(store.get().settings), ...(title === '' ? {} : { title }) })
  const { draft, pending } = store.get()
  await openConversation(desk, id)
  store.set({ draft, pending })
  return id
}

function accept(desk: Desk, turn: Turn): void {
  putTurn(desk, turn)
  showLeaf(desk, turn.sessionId, turn.id)
  void followTurn(desk, turn)
}

export async function cancelEdit({ store, access }: Desk): Promise<void> {
  const turn = activeTurn(store.get().conversation)
  // The end comes as an event, to whoever follows the turn.
  if (turn !== undefined) await access.forSession(turn.sessionId).turns.cancel(turn.id)
}

/** The same once more, beside the first. What succeeds becomes the head, so the head first goes back to the parent. */
export async function regenerate(desk: Desk, turn: Turn): Promise<void> {
  await moveHead(desk, turn.sessionId, turn.parentId)
  accept(desk, await desk.access.forSession(turn.sessionId).turns.regenerate(turn.id).accepted)
}

/** Takes an answer that came late. */
export async function adopt(desk: Desk, turn: Turn, attemptNumber: number): Promise<void> {
  putTurn(desk, await desk.access.forSession(turn.sessionId).turns.adopt(turn.id, attemptNumber))
  await refreshSession(desk, turn.sessionId)
}

/** Continues from this turn: the next edit builds on it. On another branch, that branch is shown; a failed turn is only shown. */
export async function goTo(desk: Desk, turn: Turn): Promise<void> {
  const { conversation } = desk.store.get()
  if (conversation === null) return
  const onBranch = branchOf(conversation).some(({ id }) => id === turn.id)
  if (!onBranch) showLeaf(desk, turn.sessionId, newestLeaf(conversation.turns, turn.id))
  await moveHead(desk, turn.sessionId, turn.status === 'succeeded' ? turn.id : turn.parentId)
}

/** Where undo and redo lead: a turn, null for the beginning, undefined for nowhere. */
export function neighbours(conversation: Conversation): { undo: string | null | undefined; redo: string | undefined } {
  const { headTurnId } = conversation.session
  const branch = branchOf(conversation).filter(({ status }) => status === 'succeeded')
  const at = branch.findIndex(({ id }) => id === headTurnId)
  return { undo: headTurnId === null ? undefined : (branch[at - 1]?.id ?? null), redo: branch[at + 1]?.id }
}

export async function undo(desk: Desk): Promise<void> {
  await step(desk, 'undo')
}

export async function redo(desk: Desk): Promise<void> {
  await step(desk, 'redo')
}

async function step(desk: Desk, direction: 'undo' | 'redo'): Promise<void> {
  const { conversation } = desk.store.get()
  if (conversation === null || activeTurn(conversation) !== undefined) return
  const target = neighbours(conversation)[direction]
  if (target !== undefined) await moveHead(desk, conversation.session.id, target)
}

/** Puts what was asked of a turn into the draft, and goes back to before it. */
export async function rephrase(desk: Desk, turn: Turn): Promise<void> {
  const attachments = turn.input.parts.flatMap((part): Attachment[] =>
    part.type === 'image' ? [{ name: 'picture', url: part.url, source: { mediaId: part.mediaId } }] : [],
  )
  desk.store.set({ draft: { text: promptOf(turn), attachments } })
  await moveHead(desk, turn.sessionId, turn.parentId)
}

/** Settings are the session's; with none open, they are those of the next. */
export async function changeSettings(desk: Desk, settings: Settings): Promise<void> {
  const { store, access } = desk
  const { conversation } = store.get()
  store.set({ settings })
  if (conversation === null) return
  const { id } = conversation.session
  putSession(desk, await access.forSession(id).sessions.update(id, toUpdate(settings)))
}

/** A new session with the branch up to this turn. Returns its id. */
export async function forkAt({ access }: Desk, turn: Turn): Promise<string> {
  return (await access.keyed.sessions.fork(turn.sessionId, turn.id)).id
}

async function moveHead(desk: Desk, sessionId: string, headTurnId: string | null): Promise<void> {
  const { conversation } = desk.store.get()
  if (conversation?.session.id !== sessionId) return
  if (conversation.session.headTurnId !== headTurnId) {
    putSession(desk, await desk.access.forSession(sessionId).sessions.update(sessionId, { headTurnId }))
  }
  const { turns, leafId } = conversation
  const onBranch = headTurnId === null || pathTo(turns, leafId).some(({ id }) => id === headTurnId)
  if (!onBranch) showLeaf(desk, sessionId, newestLeaf(turns, headTurnId))
}
