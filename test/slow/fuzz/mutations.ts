/** What is done to a request that was right: each names itself, so that a failure says what it was. */
import type { Chance } from '../chaos/chance.ts'
import { type FuzzedRequest, parseJson } from './fuzzed-request.ts'
import { ODD_HEADERS, ODD_METHODS, ODD_PIECES, ODD_TYPES, ODD_VALUES } from './odd-values.ts'

export type Mutation = (request: FuzzedRequest, chance: Chance) => FuzzedRequest

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'left as it is': (request) => request,
  'a value replaced': inJson((json, chance) => replaceSomewhere(json, chance, () => chance.pick(ODD_VALUES))),
  'a value left out': inJson((json, chance) => replaceSomewhere(json, chance, () => undefined)),
  'the whole replaced': inJson((_json, chance) => chance.pick(ODD_VALUES)),
  'an unknown field': inJson((json, chance) => (isObject(json) ? { ...json, [chance.pick(ODD_PIECES)]: chance.pick(ODD_VALUES) } : json)),
  'text no JSON is written as': inBody((body, chance) => {
    const texts = [
      '1e999',
      '-0',
      '{"a":1,"a":2}',
      `${'['.repeat(5_000)}`,
      '{"__proto__":{"a":1}}',
      '"\\ud800"',
      'NaN',
      '\ufeff{}',
      '{}}',
      '',
    ]
    return chance.unit() < 0.7 ? Buffer.from(chance.pick(texts)) : Buffer.from(body.toString(), 'utf16le')
  }),
  'bytes changed': inBody((body, chance) => {
    const changed = Buffer.from(body)
    for (let n = 0; n < 4 && changed.length > 0; n++) changed[Math.floor(chance.unit() * changed.length)] = Math.floor(chance.unit() * 256)
    return changed
  }),
  'cut short': inBody((body, chance) => body.subarray(0, Math.floor(chance.unit() * body.length))),
  'a piece put in': inBody((body, chance) => {
    const at = Math.floor(chance.unit() * (body.length + 1))
    return Buffer.concat([body.subarray(0, at), Buffer.from(chance.pick(ODD_PIECES)), body.subarray(at)])
  }),
  'very long': inBody((body) => Buffer.concat([body, Buffer.alloc(1_200_000, 0x20)])),
  'another type': (request, chance) => withHeader(request, 'Content-Type', chance.pick(ODD_TYPES)),
  'no type': (request) => ({ ...request, headers: request.headers.filter(([name]) => name !== 'Content-Type') }),
  'a body where none belongs': (request, chance) => ({ ...request, body: request.body ?? Buffer.from(chance.pick(ODD_PIECES)) }),
  'an odd header': (request, chance) => {
    const [name, values] = chance.pick(Object.entries(ODD_HEADERS))
    return withHeader(request, name, chance.pick(values))
  },
  'a header twice': (request, chance) => ({ ...request, headers: [...request.headers, chance.pick(request.headers)] }),
  'many headers': (request) => ({
    ...request,
    headers: [...request.headers, ...Array.from({ length: 400 }, () => ['X-A', 'b'] as [string, string])],
  }),
  'another method': (request, chance) => ({ ...request, method: chance.pick(ODD_METHODS) }),
  'an odd path': (request, chance) => ({ ...request, target: inPath(request.target, chance) }),
  'an odd query': (request, chance) => {
    const piece = encodeURIComponent(chance.pick(ODD_PIECES).toWellFormed())
    const names = [
      'limit',
      'cursor',
      'leaf',
      'all',
      'format',
      'window',
      'w',
      'token',
      'tenant',
      'sig',
      'exp',
      '__proto__',
      'dryRun',
      'from',
    ]
    const added = `${chance.pick(names)}=${chance.unit() < 0.3 ? '%ff%zz' : piece}`
    return { ...request, target: `${request.target}${request.target.includes('?') ? '&' : '?'}${added}` }
  },
}

/** How the length is told, done last: what comes after would make any of it a request without an end. */
export const FRAMINGS: Readonly<Record<string, Mutation>> = {
  'less body than told': (request) => ({ ...withHeader(request, 'Content-Length', String((request.body?.length ?? 0) + 10)), cut: true }),
  'more body than told': (request) => withHeader(request, 'Content-Length', String(Math.max(0, (request.body?.length ?? 0) - 3))),
  chunks: (request) => ({ ...withHeader(request, 'Transfer-Encoding', 'chunked'), body: chunked(request.body ?? Buffer.alloc(0)) }),
  'chunks that are none': (request) => ({ ...withHeader(request, 'Transfer-Encoding', 'chunked'), cut: true }),
}

function inBody(change: (body: Buffer, chance: Chance) => Buffer): Mutation {
  return (request, chance) => (request.body === null ? request : { ...request, body: change(request.body, chance) })
}

/** Requests without a JSON body stay as they are. */
function inJson(change: (json: unknown, chance: Chance) => unknown): Mutation {
  return (request, chance) => {
    const isJson = request.headers.some(([name, value]) => name === 'Content-Type' && value === 'application/json')
    const json = isJson && request.body !== null ? parseJson(request.body.toString()) : undefined
    return json === undefined ? request : { ...request, body: Buffer.from(JSON.stringify(change(json, chance)) ?? '') }
  }
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** Goes down at random, and replaces what it comes to rest at. */
function replaceSomewhere(json: unknown, chance: Chance, replacement: () => unknown): unknown {
  const keys = typeof json === 'object' && json !== null ? Object.keys(json) : []
  if (keys.length === 0 || chance.unit() < 0.15) return replacement()
  const key = chance.pick(keys)
  const changed = (value: unknown) => replaceSomewhere(value, chance, replacement)
  if (Array.isArray(json)) return json.map((value, index) => (String(index) === key ? changed(value) : value))
  return Object.fromEntries(Object.entries(json as object).map(([name, value]) => [name, name === key ? changed(value) : value]))
}

function withHeader(request: FuzzedRequest, name: string, value: string): FuzzedRequest {
  return { ...request, headers: [...request.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase()), [name, value]] }
}

function chunked(body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(body.length === 0 ? '' : `${body.length.toString(16)}\r\n`),
    body,
    Buffer.from(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n'),
  ])
}

function inPath(target: string, chance: Chance): string {
  const changes: readonly ((path: string) => string)[] = [
    (path) => path.replaceAll('/', '//'),
    (path) => `${path}/`,
    (path) => path.toUpperCase(),
    (path) => path.replace(/\/(\w+)/, '/%2e%2e/$1'),
    (path) => path.replaceAll(/[aeiou]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path) => `${path}%00`,
    (path) => `${path}%ff%zz`,
    (path) => path.replace(/[^/]+$/, encodeURIComponent(chance.pick(ODD_PIECES).toWellFormed()).slice(0, 2_000)),
    (path) => path.replace(/_\w+/, `_${'z'.repeat(26)}`),
    (path) => `http://elsewhere.example${path}`,
    (path) => path.replace('/', '\\'),
    (path) => `${path}#${path}`,
  ]
  return chance.pick(changes)(target)
}
