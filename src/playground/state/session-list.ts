/** The sessions in the sidebar: loaded, renamed, removed, taken along and brought back. */
import { NotFoundError, type Session } from '../../client/index.ts'
import type { Desk } from './app-state.ts'

const PAGE = 30

/** Loads models and the newest sessions. Throws `UnauthorizedError` where a key is wanted. */
export async function loadSessions({ store, access }: Desk): Promise<void> {
  const [{ data, nextCursor }, models] = await Promise.all([access.keyed.sessions.list({ limit: PAGE }), access.keyed.models.list()])
  store.set({ access: 'granted', keyRefused: false, sessions: data, cursor: nextCursor, models })
}

export async function loadMoreSessions({ store, access }: Desk): Promise<void> {
  const { sessions, cursor } = store.get()
  if (cursor === null) return
  const { data, nextCursor } = await access.keyed.sessions.list({ limit: PAGE, cursor })
  store.set({ sessions: [...sessions, ...data], cursor: nextCursor })
}

/** Shows the session as it is now, wherever it is shown. */
export function putSession({ store }: Desk, session: Session): void {
  const { sessions, conversation } = store.get()
  const known = sessions.some(({ id }) => id === session.id)
  store.set({
    sessions: known ? sessions.map((other) => (other.id === session.id ? session : other)) : [session, ...sessions],
    ...(conversation?.session.id === session.id ? { conversation: { ...conversation, session } } : {}),
  })
}

export async function renameSession(desk: Desk, id: string, title: string): Promise<void> {
  putSession(desk, await desk.access.forSession(id).sessions.update(id, { title }))
}

export async function removeSession({ store, access }: Desk, id: string): Promise<void> {
  await access.keyed.sessions.delete(id)
  const { sessions, conversation } = store.get()
  const remaining = sessions.filter((session) => session.id !== id)
  store.set({ sessions: remaining, ...(conversation?.session.id === id ? { conversation: null } : {}) })
}

export type ExportFormat = 'zip' | 'json' | 'gemini' | 'html' | 'markdown'

/** What an export is called on disk. */
const EXTENSIONS: Readonly<Record<ExportFormat, string>> = { zip: 'zip', json: 'json', gemini: 'gemini.json', html: 'html', markdown: 'md' }

/** The export as a file to save; null where the service offers none. */
export async function exportSession({ access }: Desk, { id, title }: Session, format: ExportFormat): Promise<File | null> {
  try {
    const blob = await access.forSession(id).sessions.export(id, { format })
    return new File([blob], `${fileName(title ?? id)}.${EXTENSIONS[format]}`, { type: blob.type })
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

/** Brings a bundle back as a new session, whose id it returns; null where the service cannot. */
export async function importSession({ access }: Desk, bundle: File): Promise<string | null> {
  try {
    return (await access.keyed.sessions.import(bundle)).id
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'session'
}
