/** Sessions: made, found, changed, forked and deleted (api.md, Sessions). */
import { createSession } from '../../services/create-session.ts'
import { deleteSession } from '../../services/delete-session.ts'
import { forkSession } from '../../services/fork-session.ts'
import { getSession } from '../../services/get-session.ts'
import { listSessions } from '../../services/list-sessions.ts'
import { updateSession } from '../../services/update-session.ts'
import { BODY_ERRORS, idParam, jsonAnswer, jsonBody } from '../contract/content.ts'
import { pageOf, SessionsQuery } from '../contract/paging.ts'
import { DeletedSession, Fork, NewSession, SessionChanges, SessionResource } from '../contract/session.ts'
import { invalidRequest } from '../parse/field-errors.ts'
import { readJson } from '../parse/read-json.ts'
import { pathId, readQuery } from '../parse/read-request.ts'
import { presentSession } from '../present/present-session.ts'
import type { Route } from '../route.ts'

const PATH = '/v1/sessions/{id}'
const tags = ['Sessions']
const params = idParam('ses')

export const sessionRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/sessions',
    operationId: 'createSession',
    summary: 'Start a session',
    description:
      'A session is where turns belong: a tree of edits, with the settings they inherit. All settings are optional; those that are left out have their usual values, which the answer tells.',
    tags,
    access: 'tenant',
    startsWork: true,
    request: { body: jsonBody(NewSession) },
    responses: { 201: jsonAnswer(SessionResource, 'The new session; `Location` is its address') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const ctx = c.var.services
      const session = await createSession({ ctx, input: await readJson(c, NewSession) })
      return c.json(presentSession(session, ctx.catalogue), 201, { Location: `/v1/sessions/${session.id}` })
    },
  },
  {
    method: 'get',
    path: '/v1/sessions',
    operationId: 'listSessions',
    summary: 'Sessions, the newest first',
    description: 'The sessions of the tenant, a page at a time. `nextCursor` asks for the page after it, and is null on the last.',
    tags,
    access: 'tenant',
    request: { query: SessionsQuery },
    responses: { 200: jsonAnswer(pageOf(SessionResource), 'A page of sessions') },
    errors: ['invalid_request'],
    handle: async (c) => {
      const ctx = c.var.services
      const { data, nextCursor } = await listSessions({ ctx, input: readQuery(c, SessionsQuery) })
      return c.json({ data: data.map((session) => presentSession(session, ctx.catalogue)), nextCursor })
    },
  },
  {
    method: 'get',
    path: PATH,
    operationId: 'getSession',
    summary: 'One session',
    description: 'A session with its settings, its head and what it has cost so far.',
    tags,
    access: 'session',
    request: { params },
    responses: { 200: jsonAnswer(SessionResource, 'The session') },
    errors: [],
    handle: async (c) => {
      const ctx = c.var.services
      return c.json(presentSession(await getSession({ ctx, input: { sessionId: pathId(c, 'ses') } }), ctx.catalogue))
    },
  },
  {
    method: 'patch',
    path: PATH,
    operationId: 'updateSession',
    summary: 'Change settings, or move the head: undo and redo',
    description:
      'Only what is named changes. Setting `headTurnId` is undo and redo: the next turn continues from there, and no turn is lost. A session token may change title, metadata, head, image and history; the rest takes a key.',
    tags,
    access: 'session',
    request: { params, body: jsonBody(SessionChanges) },
    responses: { 200: jsonAnswer(SessionResource, 'The session as it is now') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const ctx = c.var.services
      const sessionId = pathId(c, 'ses')
      const changes = await readJson(c, SessionChanges)
      if (ctx.principal.kind === 'session') refuseBeyondToken(changes)
      const session = await updateSession({ ctx, input: { sessionId, changes } })
      return c.json(presentSession(session, ctx.catalogue))
    },
  },
  {
    method: 'delete',
    path: PATH,
    operationId: 'deleteSession',
    summary: 'Delete a session with its turns, and the media nothing else uses',
    description:
      'Removes the session for good: its turns, its signatures, the media that nothing else uses, here and upstream. What it has cost stays in the usage.',
    tags,
    access: 'session',
    request: { params },
    responses: { 200: jsonAnswer(DeletedSession, 'What was removed') },
    errors: [],
    handle: async (c) => c.json(await deleteSession({ ctx: c.var.services, input: { sessionId: pathId(c, 'ses') } })),
  },
  {
    method: 'post',
    path: `${PATH}/fork`,
    operationId: 'forkSession',
    summary: 'A new session with the history up to a turn',
    description:
      'Copies the branch that ends in a turn into a new session. The copies cost nothing again; the session that is copied stays as it is.',
    tags,
    access: 'tenant',
    startsWork: true,
    request: { params, body: jsonBody(Fork) },
    responses: { 201: jsonAnswer(SessionResource, 'The new session; `Location` is its address') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const ctx = c.var.services
      const sessionId = pathId(c, 'ses')
      const { turnId } = await readJson(c, Fork)
      const session = await forkSession({ ctx, input: { sessionId, turnId } })
      return c.json(presentSession(session, ctx.catalogue), 201, { Location: `/v1/sessions/${session.id}` })
    },
  },
]

/** What a browser may change with its token; what bounds its spending and its safety takes the key. */
const TOKEN_MAY_CHANGE: ReadonlySet<string> = new Set(['title', 'metadata', 'headTurnId', 'image', 'history'])

/** Throws `invalid_request` with each field that takes a key. */
function refuseBeyondToken(changes: object): void {
  const beyond = Object.keys(changes).filter((field) => !TOKEN_MAY_CHANGE.has(field))
  if (beyond.length > 0) throw invalidRequest(beyond.map((path) => ({ path, message: 'a session token may not change this; use a key' })))
}
