/** Tokens for browsers (api.md, Authentication). */

import { toIso } from '../../runtime/instant.ts'
import { getSession } from '../../services/get-session.ts'
import { BODY_ERRORS, idParam, jsonAnswer, jsonBody, UNCACHED } from '../contract/content.ts'
import { NewToken, TokenResource } from '../contract/session.ts'
import { readJson } from '../parse/read-json.ts'
import { pathId } from '../parse/read-request.ts'
import type { Route } from '../route.ts'
import { signSessionToken } from '../session-token.ts'

export const tokenRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/sessions/{id}/tokens',
    operationId: 'createSessionToken',
    summary: 'A narrow token for a browser',
    description:
      'Pages in browsers should hold a token of one session instead of a key. It is good for that session, its turns and its media, and cannot make sessions or other tokens.',
    tags: ['Sessions'],
    access: 'tenant',
    request: { params: idParam('ses'), body: jsonBody(NewToken) },
    responses: { 201: jsonAnswer(TokenResource, 'The token; it is not stored and cannot be shown again') },
    errors: BODY_ERRORS,
    handle: async (c, { clock, config }) => {
      const { tenantId, id } = await getSession({ ctx: c.var.services, input: { sessionId: pathId(c, 'ses') } })
      const { expiresInMs } = await readJson(c, NewToken)
      const expiresAtMs = clock.nowMs() + expiresInMs
      const token = await signSessionToken({ tenantId, sessionId: id, expiresAtMs }, config.signingSecret)
      return c.json({ token, expiresAt: toIso(expiresAtMs) }, 201, UNCACHED)
    },
  },
]
