/**
 * No tenant sees another's. On every operation of the OpenAPI document whoever names what is another's is answered exactly as for
 * what does not exist. A new route is tested by being there; one whose parameters mean something new fails until told what they are.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeId } from '../../src/domain/ids.ts'
import { ROUTES } from '../../src/http/create-app.ts'
import { encode } from '../media/picture-files.ts'
import { type DescribedOperation, idFields, idKind, OPERATIONS } from './described-operations.ts'
import { as, type Belongings, openTwoTenants, type Tenant, type TwoTenants } from './two-tenants.ts'

type Kind = 'ses' | 'trn' | 'med' | 'key' | 'tenant'
type Named = Pick<Belongings, Kind>
type Headers = Record<string, string>

/** What a path parameter names, by the resource before it. */
const KIND_OF_RESOURCE: Readonly<Record<string, Kind>> = { sessions: 'ses', turns: 'trn', media: 'med', keys: 'key', tenants: 'tenant' }

/** Bodies that their owner is obeyed with, a placeholder for each id. Other operations take `{}`, or nothing. */
const BODIES: Readonly<Record<string, unknown>> = {
  updateSession: { headTurnId: '{trn}' },
  forkSession: { turnId: '{trn}' },
  submitTurn: { parts: [{ type: 'image', mediaId: '{med}' }], parentId: '{trn}', expectedHeadTurnId: '{trn}' },
  adoptAttempt: { attempt: 1 },
}

/** What whoever is not meant may be answered: there is no such thing, or nobody knows who asks. */
const SHUT_OUT = [401, 403, 404]
const NOBODYS: Named = { ses: anId('ses'), trn: anId('trn'), med: anId('med'), key: anId('key'), tenant: 'nobody' }
/** Of answers, what differs from one to the next. */
const VARYING = /^(date|x-request-id|content-length|(x-)?ratelimit.*)$/

const guarded = OPERATIONS.filter((operation) => operation.guarded)
const named = (operations: readonly DescribedOperation[]) => operations.map((operation) => [operation.operationId, operation] as const)
const accessTo = ({ operationId }: DescribedOperation) => ROUTES.find((route) => route.operationId === operationId)?.access

let world: TwoTenants
/** Another session of the owner's, and a token for it. */
let sibling: Belongings
beforeAll(async () => {
  world = await openTwoTenants()
  sibling = await world.settle('owner', 40)
})
afterAll(() => world.close())

function anId(prefix: 'ses' | 'trn' | 'med' | 'key'): string {
  return makeId(prefix, Date.UTC(2026, 10, 20), new Uint8Array(10).fill(7))
}

/** The path with what `mine` has of each kind. Throws for a parameter that nobody has told the meaning of. */
function pathOf({ path, operationId }: DescribedOperation, mine: Named): string {
  return path.replaceAll(/(\w+)\/\{(\w+)\}/g, (_whole, resource: string, parameter: string) => {
    const kind = KIND_OF_RESOURCE[resource]
    if (kind === undefined) throw new Error(`say in isolation.test.ts what {${parameter}} of ${operationId} (${path}) names`)
    return `${resource}/${mine[kind]}`
  })
}

/** The operation's body with what `mine` has of each kind; the `at`th id is what `other` has. */
function bodyOf({ operationId }: DescribedOperation, mine: Named, at = -1, other = mine): unknown {
  let n = -1
  const text = JSON.stringify(BODIES[operationId] ?? {}).replaceAll(/\{(ses|trn|med)\}/g, (_whole, kind: Kind) => {
    n += 1
    return n === at ? other[kind] : mine[kind]
  })
  return JSON.parse(text)
}

/** What came back, with the ids of `hidden` left out: as far as it may not tell one thing from another. Streams are not read. */
async function ask({ method, bodies }: DescribedOperation, path: string, headers: Headers, hidden: Named, body: unknown = {}) {
  const over = new AbortController()
  const sends = 'application/json' in bodies
  const answer = await fetch(`${world.url}${path}`, {
    method,
    headers: { ...headers, ...(sends ? { 'Content-Type': 'application/json' } : {}) },
    ...(sends ? { body: JSON.stringify(body) } : {}),
    signal: over.signal,
  })
  const streams = answer.ok && answer.headers.get('Content-Type')?.startsWith('text/event-stream')
  const text = streams ? '' : await answer.text()
  over.abort()
  const shown = [...answer.headers].filter(([name]) => !VARYING.test(name))
  const plain = Object.values(hidden).reduce((rest, id) => rest.replaceAll(id, '…'), text)
  return { status: answer.status, headers: Object.fromEntries(shown), body: plain.replace(/"requestId":"\w+"/, '') }
}

interface Stranger {
  headers: Headers
  query?: string
  /** What is his: he means no harm but in the path. */
  own: Named
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const strangers = (): Record<string, Stranger> => ({
  'another tenant': { headers: as('rival'), own: world.rival },
  'a token of another tenant': { headers: bearer(world.rival.token), own: world.rival },
  'the same in the address': { headers: {}, query: `?token=${world.rival.token}`, own: world.rival },
  'a token of another session': { headers: bearer(sibling.token), own: sibling },
  nobody: { headers: {}, own: NOBODYS },
  'somebody with a wrong key': { headers: bearer('wrong'), own: NOBODYS },
})

describe.each(named(guarded.filter(({ path }) => path.includes('{'))))('%s', (_name, operation) => {
  it('answers strangers about what is the owner’s as about nothing', async () => {
    const about = (mine: Named, { headers, query = '', own }: Stranger) =>
      ask(operation, pathOf(operation, mine) + query, headers, mine, bodyOf(operation, own))
    await Promise.all(
      Object.entries(strangers()).map(async ([who, stranger]) => {
        const [answer, nothing] = await Promise.all([about(world.owner, stranger), about(NOBODYS, stranger)])
        expect(answer, who).toEqual(nothing)
        expect(SHUT_OUT, who).toContain(answer.status)
      }),
    )
  })

  it('lets in whom it is for: the others were refused for who they are', async () => {
    const holder = accessTo(operation) === 'admin' ? 'admin' : 'owner'
    const mine = { ...world.owner, ...(await spareOf(operation)) }
    const { status } = await ask(operation, pathOf(operation, mine), as(holder), mine, bodyOf(operation, mine))
    expect(SHUT_OUT).not.toContain(status)
  })
})

describe('an id of another tenant', () => {
  const queried = guarded.flatMap((operation) =>
    operation.parameters.filter((one) => one.in === 'query' && idKind(one.schema) !== null).map((one) => [operation, one] as const),
  )
  it.each(queried.map(([operation, parameter]) => [operation.operationId, parameter.name, operation, parameter] as const))(
    'in the query of %s, as %s, names nothing',
    async (_name, _parameter, operation, { name, schema }) => {
      const kind = idKind(schema) as Kind
      const about = (other: Named) => ask(operation, `${pathOf(operation, world.rival)}?${name}=${other[kind]}`, as('rival'), other)
      const answer = await about(world.owner)
      expect(answer).toEqual(await about(NOBODYS))
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect((await about(world.rival)).status).toBe(200)
    },
  )

  const written = guarded.filter(({ bodies }) => Object.values(bodies).some((schema) => idFields(schema).length > 0))
  it.each(named(written))('in the body of %s names nothing, wherever it stands', async (operationId, operation) => {
    const template = JSON.stringify(BODIES[operationId] ?? {})
    for (const field of Object.values(operation.bodies).flatMap(idFields)) {
      if (!template.includes(`"${field}":"{`)) throw new Error(`say in isolation.test.ts what ${field} names in the body of ${operationId}`)
    }
    const mine = { ...world.rival, ...(await copyOf('rival')) }
    const submit = (at: number, other: Named) =>
      ask(operation, pathOf(operation, mine), as('rival'), other, bodyOf(operation, mine, at, other))
    for (let at = 0; at < template.split('{').length; at++) {
      if (JSON.stringify(bodyOf(operation, mine, at, NOBODYS)) === JSON.stringify(bodyOf(operation, mine))) continue
      const answer = await submit(at, world.owner)
      expect(answer).toEqual(await submit(at, NOBODYS))
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
    expect((await submit(-1, mine)).status).toBeLessThan(300)
  })
})

describe('what is listed', () => {
  const lists = guarded.filter(({ method, path }) => method === 'GET' && !path.includes('{'))
  const idsOf = ({ ses, trn, med, key }: Named) => [ses, trn, med, key]

  it.each(named(lists))('by %s has nothing of another tenant', async (_name, operation) => {
    const text = await readUntil(operation.path, as('rival'), world.rival.ses)
    for (const id of [...idsOf(world.owner), ...idsOf(sibling), 'A title of owner', 'A prompt of owner']) expect(text).not.toContain(id)
  })

  it('has what is one’s own: sessions, and events', async () => {
    for (const path of ['/v1/sessions', '/v1/events', '/v1/usage?groupBy=session']) {
      expect(await readUntil(path, as('owner'), world.owner.ses), path).toContain(world.owner.ses)
    }
  })

  it('goes on from no place in another’s list', async () => {
    const { nextCursor } = await (await fetch(`${world.url}/v1/sessions?limit=1`, { headers: as('owner') })).json()
    const text = await readUntil(`/v1/sessions?cursor=${encodeURIComponent(nextCursor)}`, as('rival'), world.rival.ses)
    for (const id of [...idsOf(world.owner), ...idsOf(sibling)]) expect(text).not.toContain(id)
  })
})

/** The answer in full; of a stream, as much as it takes until `sought` has come. */
async function readUntil(path: string, headers: Headers, sought: string): Promise<string> {
  const answer = await fetch(`${world.url}${path}`, { headers })
  const streams = answer.headers.get('Content-Type')?.startsWith('text/event-stream')
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    // The whole of a turn's events, since they are told in the order they came.
    if (streams && text.includes(sought) && text.includes('turn.succeeded')) break
  }
  return text
}

describe('what two tenants have alike', () => {
  it('a picture is each one’s own: nobody learns that another has it', async () => {
    const body = new Uint8Array(await encode('png', 20, 10))
    const upload = (tenant: Tenant) =>
      fetch(`${world.url}/v1/media`, { method: 'POST', body, headers: { ...as(tenant), 'Content-Type': 'image/png' } })
    const [again, first] = [await upload('owner'), await upload('rival')]
    expect([again.status, (await again.json()).id]).toEqual([200, world.owner.med])
    expect(first.status).toBe(201)
    expect((await first.json()).id).not.toBe(world.owner.med)
  })

  it('an Idempotency-Key is each one’s own', async () => {
    const { submitTurn } = Object.fromEntries(named(OPERATIONS))
    if (submitTurn === undefined) throw new Error('turns are submitted by another name')
    const submit = async (tenant: Tenant) => {
      const { ses } = await copyOf(tenant)
      const headers = { ...as(tenant), 'Content-Type': 'application/json', 'Idempotency-Key': 'the-same' }
      const body = JSON.stringify({ parts: [{ type: 'text', text: 'A red kite' }], parentId: null })
      const answer = await fetch(`${world.url}/v1/sessions/${ses}/turns`, { method: 'POST', headers, body })
      return { replayed: answer.headers.get('Idempotent-Replayed'), sessionId: (await answer.json()).sessionId === ses }
    }
    expect(await submit('owner')).toEqual({ replayed: null, sessionId: true })
    expect(await submit('rival')).toEqual({ replayed: null, sessionId: true })
  })
})

/** Of what the operation may delete, another one of the owner's. */
async function spareOf({ path }: DescribedOperation): Promise<Partial<Named>> {
  if (path.startsWith('/v1/keys')) return { key: await world.makeKey('owner') }
  return path.startsWith('/v1/sessions') ? copyOf('owner') : {}
}

/** A copy of the tenant's session. */
async function copyOf(tenant: Tenant): Promise<Pick<Named, 'ses' | 'trn'>> {
  const body = JSON.stringify({ turnId: world[tenant].trn })
  const headers = { ...as(tenant), 'Content-Type': 'application/json' }
  const copy = await (await fetch(`${world.url}/v1/sessions/${world[tenant].ses}/fork`, { method: 'POST', headers, body })).json()
  return { ses: copy.id, trn: copy.headTurnId }
}
