/** The operations as the OpenAPI document describes them: what tests of every route go by, so that none is forgotten. */
import { openClosedApp } from './open-app.ts'

export type Schema = { readonly [word: string]: unknown }

export interface DescribedParameter {
  name: string
  in: 'path' | 'query' | 'header'
  schema: Schema
}

export interface DescribedOperation {
  method: string
  path: string
  operationId: string
  parameters: readonly DescribedParameter[]
  /** By content type. */
  bodies: Readonly<Record<string, Schema>>
  /** Content types of what it answers when it did what was asked. */
  answers: readonly string[]
  /** Whether a key, a token or a signature is wanted. */
  guarded: boolean
}

interface OpenApiOperation {
  operationId: string
  parameters?: DescribedParameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, unknown> }>
  security: unknown[]
}

const document: { paths: Record<string, Record<string, OpenApiOperation>>; components: { schemas: Record<string, Schema> } } = await (
  await openClosedApp().request('/openapi.json')
).json()

export const OPERATIONS: readonly DescribedOperation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses, security }]) => ({
    ...{ method: method.toUpperCase(), path, operationId, parameters },
    bodies: Object.fromEntries(Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema])),
    answers: Object.entries(responses).flatMap(([status, { content = {} }]) => (status < '300' ? Object.keys(content) : [])),
    guarded: security.length > 0,
  })),
)

/** The schema itself, where `schema` only names it. */
export function resolve(schema: Schema): Schema {
  const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref ?? '')) ?? []
  if (name === undefined) return schema
  const named = document.components.schemas[name]
  if (named === undefined) throw new Error(`the document has no schema ${name}`)
  return resolve(named)
}

/** What kind of id a schema wants, such as `ses`; null for what is no id. */
export function idKind({ pattern }: Schema): string | null {
  return /^\^(\w{3})_\[/.exec(String(pattern ?? ''))?.[1] ?? null
}

/** Names of the fields that hold ids, however deep inside. */
export function idFields(schema: Schema): string[] {
  const { properties = {}, items, allOf = [], oneOf = [], anyOf = [] } = resolve(schema) as Nested
  const inside = [...allOf, ...oneOf, ...anyOf, ...(items === undefined ? [] : [items])].flatMap(idFields)
  const own = Object.entries(properties).flatMap(([name, value]) => (holdsId(value) ? [name] : idFields(value)))
  return [...new Set([...inside, ...own])]
}

interface Nested {
  properties?: Record<string, Schema>
  items?: Schema
  allOf?: Schema[]
  oneOf?: Schema[]
  anyOf?: Schema[]
}

/** Also where it may be null. */
function holdsId(schema: Schema): boolean {
  const { oneOf = [], anyOf = [] } = resolve(schema) as Nested
  return [resolve(schema), ...oneOf, ...anyOf].some((one) => idKind(one) !== null)
}
