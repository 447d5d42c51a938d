/** A request for one operation, right as far as its description goes: what is then mutated. */
import { type DescribedOperation, idKind } from '../../http/described-operations.ts'
import type { Chance } from '../chaos/chance.ts'
import type { FuzzedRequest } from './fuzzed-request.ts'
import { generateValue, type Ids } from './generate-value.ts'

const BOUNDARY = 'edge'

/** What a path parameter names, by the resource before it; others hold their own schema's values. */
const KIND_OF_RESOURCE: Readonly<Record<string, string>> = { sessions: 'ses', turns: 'trn', media: 'med', keys: 'key' }

export interface Surroundings {
  chance: Chance
  ids: Ids
  /** Some bytes of a picture. */
  picture: Buffer
}

export function generateRequest(operation: DescribedOperation, { chance, ids, picture }: Surroundings): FuzzedRequest {
  const { method, operationId, parameters, bodies } = operation
  const values = (place: 'query' | 'header') =>
    parameters
      .filter((parameter) => parameter.in === place && chance.unit() < 0.4)
      .map(({ name, schema }): [string, string] => [name, String(generateValue(schema, chance, ids) ?? '')])
  const path = operation.path.replaceAll(/(\w+)\/\{(\w+)\}/g, (_whole, resource: string, name: string) => {
    const schema = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)?.schema ?? {}
    const kind = KIND_OF_RESOURCE[resource] ?? idKind(schema)
    return `${resource}/${kind === null ? `fuzzed-${Math.floor(chance.unit() * 10)}` : ids(kind)}`
  })
  const query = new URLSearchParams(values('query')).toString()
  const type = Object.keys(bodies).length === 0 ? null : chance.pick(Object.keys(bodies))
  const body = type === null ? null : generateBody(type, operation, { chance, ids, picture })
  return {
    ...{ operationId, method, cut: false, body },
    target: query === '' ? path : `${path}?${query}`,
    headers: [['Host', '127.0.0.1'], ['Connection', 'close'], ...values('header'), ...(type === null ? [] : [contentType(type)])],
  }
}

function contentType(type: string): [string, string] {
  return ['Content-Type', type === 'multipart/form-data' ? `${type}; boundary=${BOUNDARY}` : type.replace('image/*', 'image/png')]
}

function generateBody(type: string, { bodies }: DescribedOperation, { chance, ids, picture }: Surroundings): Buffer {
  const schema = bodies[type] ?? {}
  if (type === 'application/json') return Buffer.from(JSON.stringify(generateValue(schema, chance, ids)))
  if (type !== 'multipart/form-data') return picture
  const fields = Object.entries(generateValue(schema, chance, ids) as Record<string, unknown>)
  const parts = fields.flatMap(([name, value]) => (Array.isArray(value) ? value.map((one) => [name, one]) : [[name, value]]))
  return Buffer.concat([...parts.map(([name, value]) => formPart(String(name), value, picture)), Buffer.from(`--${BOUNDARY}--\r\n`)])
}

function formPart(name: string, value: unknown, picture: Buffer): Buffer {
  const isFile = name === 'image' || name === 'file'
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="a.png"' : ''}\r\n\r\n`
  const content = isFile ? picture : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')])
}
