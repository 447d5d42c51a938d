/** Turns: looked up, waited for, canceled, adopted (api.md, Turns). */
import { adoptAttempt } from '../../services/adopt-attempt.ts'
import { cancelTurn } from '../../services/cancel-turn.ts'
import { describeRequest } from '../../services/describe-request.ts'
import { getTurn } from '../../services/get-turn.ts'
import { listTurns } from '../../services/list-turns.ts'
import { awaitEnd } from '../answer-turn.ts'
import { BODY_ERRORS, idParam, jsonAnswer, jsonBody, NoFields } from '../contract/content.ts'
import { WaitHeaders } from '../contract/headers.ts'
import { pageOf, TurnsQuery } from '../contract/paging.ts'
import { SentRequests } from '../contract/sent-request.ts'
import { Adoption, TurnResource } from '../contract/turn.ts'
import { applyPreference } from '../parse/prefer.ts'
import { readJson } from '../parse/read-json.ts'
import { pathId, readHeaders, readQuery } from '../parse/read-request.ts'
import { mediaLinks } from '../present/media-links.ts'
import { presentRequests } from '../present/present-plan.ts'
import { presentTurn } from '../present/present-turn.ts'
import type { Route } from '../route.ts'

const tags = ['Turns']
const params = idParam('trn')

export const turnRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/sessions/{id}/turns',
    operationId: 'listTurns',
    summary: 'Turns of one branch, or of the whole tree',
    description:
      'The turns of the branch that ends in the head, root first; of another branch with `leaf`, of the whole tree with `all=true`.',
    tags,
    access: 'session',
    request: { params: idParam('ses'), query: TurnsQuery },
    responses: { 200: jsonAnswer(pageOf(TurnResource), 'A page of turns') },
    errors: ['invalid_request'],
    handle: async (c, deps) => {
      const input = { ...readQuery(c, TurnsQuery), sessionId: pathId(c, 'ses') }
      const { data, nextCursor } = await listTurns({ ctx: c.var.services, input })
      const links = mediaLinks(c, deps)
      return c.json({ data: await Promise.all(data.map((turn) => presentTurn(turn, links))), nextCursor })
    },
  },
  {
    method: 'get',
    path: '/v1/turns/{id}',
    operationId: 'getTurn',
    summary: 'One turn; with `Prefer: wait`, as soon as it has ended',
    description:
      'A turn with its output, its attempts and its costs. `Prefer: wait=N` holds the answer until it has ended, for N seconds at most.',
    tags,
    access: 'session',
    request: { params, headers: WaitHeaders },
    responses: { 200: jsonAnswer(TurnResource, 'The turn') },
    errors: ['invalid_request'],
    handle: async (c, deps) => {
      const turnId = pathId(c, 'trn')
      const { waitMs, applied } = applyPreference(readHeaders(c, WaitHeaders).Prefer, deps.config.waitMaxMs)
      const turn =
        waitMs === 0 ? await getTurn({ ctx: c.var.services, input: { turnId } }) : await awaitEnd(c, turnId, waitMs, async () => {})
      const headers: Record<string, string> = applied === null ? {} : { 'Preference-Applied': applied }
      return c.json(await presentTurn(turn, mediaLinks(c, deps)), 200, headers)
    },
  },
  {
    method: 'get',
    path: '/v1/turns/{id}/request',
    operationId: 'describeRequest',
    summary: 'What was sent upstream, attempt by attempt',
    description:
      'For whoever wants to know why a picture came out as it did: the contents that each attempt sent, with media and signatures as digests.',
    tags,
    access: 'session',
    request: { params },
    responses: { 200: jsonAnswer(SentRequests, 'Media by digest; bytes and tokens counted') },
    errors: [],
    handle: async (c) => c.json(presentRequests(await describeRequest({ ctx: c.var.services, input: { turnId: pathId(c, 'trn') } }))),
  },
  {
    method: 'post',
    path: '/v1/turns/{id}/cancel',
    operationId: 'cancelTurn',
    summary: 'Cancel; a turn that has ended stays as it is',
    description:
      'The turn is canceled at once, and no attempt starts afterwards. An attempt in flight may have been charged: `billed` says so. Its answer, should it come, is kept and can be adopted. Safe to repeat.',
    tags,
    access: 'session',
    request: { params },
    responses: { 200: jsonAnswer(TurnResource, 'The turn; `billed` says what it may have cost') },
    errors: BODY_ERRORS,
    handle: async (c, deps) => {
      const turnId = pathId(c, 'trn')
      await readJson(c, NoFields)
      const turn = await cancelTurn({ ctx: c.var.services, input: { turnId } })
      return c.json(await presentTurn(turn, mediaLinks(c, deps)))
    },
  },
  {
    method: 'post',
    path: '/v1/turns/{id}/adopt',
    operationId: 'adoptAttempt',
    summary: 'Take a late answer that was already paid for',
    description:
      'An answer that came after its turn had ended is kept, since it is paid for. This makes it the output of its turn, which then counts as succeeded. Safe to repeat.',
    tags,
    access: 'session',
    request: { params, body: jsonBody(Adoption) },
    responses: { 200: jsonAnswer(TurnResource, 'The turn, with that answer as its output') },
    errors: BODY_ERRORS,
    handle: async (c, deps) => {
      const turnId = pathId(c, 'trn')
      const { attempt } = await readJson(c, Adoption)
      const turn = await adoptAttempt({ ctx: c.var.services, input: { turnId, attempt } })
      return c.json(await presentTurn(turn, mediaLinks(c, deps)))
    },
  },
]
