/** Everything the page shows. */
import type { Model, Session, Turn } from '../../client/index.ts'
import { type Settings, USUAL_SETTINGS } from '../model/choices.ts'
import type { Progress } from '../model/progress.ts'
import type { Access } from './access.ts'
import type { Store } from './store.ts'

/** A picture that goes with the next edit: a file, or one the session already has. */
export interface Attachment {
  name: string
  /** To show it by. */
  url: string
  source: File | { mediaId: string }
}

export interface Draft {
  text: string
  attachments: readonly Attachment[]
}

export interface Conversation {
  session: Session
  turns: ReadonlyMap<string, Turn>
  /** Of the turns that were active since the session was opened. */
  progress: ReadonlyMap<string, Progress>
  /** Where the branch shown ends. The head lies on it; succeeded turns below the head are undone. */
  leafId: string | null
}

export interface Notice {
  text: string
  tone: 'error' | 'info'
}

export interface AppState {
  access: 'checking' | 'needed' | 'granted'
  /** The key given last was refused. */
  keyRefused: boolean
  connected: boolean
  models: readonly Model[]
  /** Newest first, as far as they were loaded. */
  sessions: readonly Session[]
  /** Asks for the sessions after those. */
  cursor: string | null
  conversation: Conversation | null
  /** A session is being loaded. */
  opening: boolean
  /** Of the session open, or of the one the next edit starts. */
  settings: Settings
  draft: Draft
  /** Sent, but not yet accepted. */
  pending: Draft | null
  notice: Notice | null
}

export const EMPTY_DRAFT: Draft = { text: '', attachments: [] }

export const INITIAL_STATE: AppState = {
  access: 'checking',
  keyRefused: false,
  connected: true,
  models: [],
  sessions: [],
  cursor: null,
  conversation: null,
  opening: false,
  settings: USUAL_SETTINGS,
  draft: EMPTY_DRAFT,
  pending: null,
  notice: null,
}

/** What every action works with. */
export interface Desk {
  store: Store<AppState>
  access: Access
  /** Aborted when another conversation is shown: what follows the turns of the one before stops then. */
  shown: AbortController
}
