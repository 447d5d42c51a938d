/** Sessions: made, found, changed, copied, taken along and removed. */
import type { Page, Removed, Session, SessionSettings, SessionToken, SessionUpdate } from './contract.ts'
import { EditingSession } from './editing-session.ts'
import type { Wire } from './wire.ts'

export interface ExportOptions {
  /** `zip` (default) holds everything and can be imported again, as `json` can. */
  format?: 'zip' | 'json' | 'gemini' | 'html' | 'markdown'
  /** The branch that ends in this turn; absent: all of the tree. */
  leaf?: string
  /** Whether `json` names images by digest alone, or holds them. */
  media?: 'digest' | 'inline'
}

export function sessionsOf(wire: Wire) {
  const path = (id: string) => `/v1/sessions/${id}`
  const open = ({ id }: Session) => new EditingSession(wire, id)
  return {
    /** Starts a session. Not repeated after a lost connection, since a second one could be made. */
    create: async (settings: SessionSettings = {}): Promise<EditingSession> =>
      open(await wire.json('POST', '/v1/sessions', { json: settings, repeatable: false })),
    get: (id: string): Promise<Session> => wire.json('GET', path(id), { repeatable: true }),
    /** A page, the newest first; 20 unless told, at most 100. */
    list: (page: { limit?: number; cursor?: string } = {}): Promise<Page<Session>> =>
      wire.json('GET', '/v1/sessions', { query: { ...page }, repeatable: true }),
    /** Changes what is named; `headTurnId` is undo and redo. */
    update: (id: string, changes: SessionUpdate): Promise<Session> => wire.json('PATCH', path(id), { json: changes, repeatable: true }),
    /** A new session with the history up to and including the turn. */
    fork: async (id: string, turnId: string): Promise<EditingSession> =>
      open(await wire.json('POST', `${path(id)}/fork`, { json: { turnId }, repeatable: false })),
    delete: (id: string): Promise<Removed> => wire.json('DELETE', path(id), { repeatable: false }),
    export: async (id: string, options: ExportOptions = {}): Promise<Blob> =>
      (await wire.send('GET', `${path(id)}/export`, { query: { format: 'zip', ...options }, repeatable: true })).blob(),
    /** A new session from a bundle that was exported. Throws `MissingMediaError` when it names images nobody has. */
    import: async (bundle: Blob): Promise<EditingSession> => {
      const headers = { 'Content-Type': bundle.type === '' ? 'application/zip' : bundle.type }
      return open(await wire.json('POST', '/v1/sessions/import', { body: bundle, headers, repeatable: false }))
    },
    /** A token for a browser: good for this session alone, an hour unless told. */
    createToken: (id: string, expiresInMs?: number): Promise<SessionToken> =>
      wire.json('POST', `${path(id)}/tokens`, { json: expiresInMs === undefined ? {} : { expiresInMs }, repeatable: true }),
  }
}
