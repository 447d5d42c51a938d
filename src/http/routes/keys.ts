/** Keys of tenants, for the admin (api.md, Models, monitoring, operations). */
import { createKey } from '../../services/create-key.ts'
import { listKeys } from '../../services/list-keys.ts'
import { revokeKey } from '../../services/revoke-key.ts'
import { rotateKey } from '../../services/rotate-key.ts'
import { BODY_ERRORS, idParam, jsonAnswer, jsonBody, UNCACHED } from '../contract/content.ts'
import { KeyResource, KeyWithSecret, NewKey, Rotation } from '../contract/key.ts'
import { pageOf, TenantPageQuery } from '../contract/paging.ts'
import { readJson } from '../parse/read-json.ts'
import { pathId, readQuery } from '../parse/read-request.ts'
import { presentKey, presentSecret } from '../present/present-key.ts'
import type { Route } from '../route.ts'

const PATH = '/v1/keys/{id}'
const tags = ['Operations']
const params = idParam('key')

export const keyRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/keys',
    operationId: 'createKey',
    summary: 'Make a key for a tenant',
    description: 'For the admin key. The secret is stored as a digest and shown this once. The key is noted in the audit log.',
    tags,
    access: 'admin',
    request: { body: jsonBody(NewKey) },
    responses: { 201: jsonAnswer(KeyWithSecret, 'The key, with its secret for the only time') },
    errors: [...BODY_ERRORS, 'forbidden'],
    handle: async (c) => {
      const { tenant, expiresAt, ...plain } = await readJson(c, NewKey)
      const key = await createKey({ ctx: c.var.services, input: { ...plain, tenantId: tenant, expiresAtMs: expiresAt } })
      return c.json(presentSecret(key), 201, UNCACHED)
    },
  },
  {
    method: 'get',
    path: '/v1/keys',
    operationId: 'listKeys',
    summary: 'Keys in force, the newest first',
    description: 'For the admin key. The keys of all tenants or of one, with when they were last used.',
    tags,
    access: 'admin',
    request: { query: TenantPageQuery },
    responses: {
      200: jsonAnswer(pageOf(KeyResource), 'A page of keys, without their secrets; expired ones are among them, revoked ones not'),
    },
    errors: ['invalid_request'],
    handle: async (c) => {
      const { tenant, ...page } = readQuery(c, TenantPageQuery)
      const { data, nextCursor } = await listKeys({ ctx: c.var.services, input: { ...page, tenantId: tenant ?? null } })
      return c.json({ data: data.map(presentKey), nextCursor })
    },
  },
  {
    method: 'delete',
    path: PATH,
    operationId: 'revokeKey',
    summary: 'Revoke a key, on all nodes within seconds',
    description: 'For the admin key. Every node refuses the key within seconds. It is noted in the audit log.',
    tags,
    access: 'admin',
    request: { params },
    responses: { 204: { description: 'It opens nothing any more. Session tokens made with it last until they expire' } },
    errors: [],
    handle: async (c) => {
      await revokeKey({ ctx: c.var.services, input: { keyId: pathId(c, 'key') } })
      return c.body(null, 204)
    },
  },
  {
    method: 'post',
    path: `${PATH}/rotate`,
    operationId: 'rotateKey',
    summary: 'Give a key a new secret',
    description:
      'For the admin key. The key keeps its id, name and scopes; the old secret goes on for `graceMs`, so that its holders can change over.',
    tags,
    access: 'admin',
    request: { params, body: jsonBody(Rotation) },
    responses: { 200: jsonAnswer(KeyWithSecret, 'The key, with its new secret for the only time') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const keyId = pathId(c, 'key')
      const { graceMs } = await readJson(c, Rotation)
      return c.json(presentSecret(await rotateKey({ ctx: c.var.services, input: { keyId, graceMs } })), 200, UNCACHED)
    },
  },
]
