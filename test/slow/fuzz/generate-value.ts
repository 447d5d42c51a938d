/** Values that a schema of the OpenAPI document allows, or nearly. */
import { idKind, resolve, type Schema } from '../../http/described-operations.ts'
import type { Chance } from '../chaos/chance.ts'

/** Ids that may be named, by kind. */
export type Ids = (kind: string) => string

interface Words {
  type?: string | string[]
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  allOf?: Schema[]
  oneOf?: Schema[]
  anyOf?: Schema[]
  minimum?: number
  maximum?: number
  maxItems?: number
  format?: string
  example?: unknown
}

const DEPTH_MAX = 8

export function generateValue(schema: Schema, chance: Chance, ids: Ids, depth = 0): unknown {
  const words: Words = resolve(schema)
  if (words.enum !== undefined) return chance.pick(words.enum)
  const choice = words.oneOf ?? words.anyOf
  if (choice !== undefined) return generateValue(chance.pick(choice), chance, ids, depth)
  if (words.allOf !== undefined) return Object.assign({}, ...words.allOf.map((one) => generateValue(one, chance, ids, depth)))
  const type = Array.isArray(words.type) ? chance.pick(words.type) : words.type
  return depth > DEPTH_MAX ? null : generators[type ?? 'object']?.({ words, schema: resolve(schema), chance, ids, depth })
}

interface Asked {
  words: Words
  schema: Schema
  chance: Chance
  ids: Ids
  depth: number
}

const generators: Readonly<Record<string, (asked: Asked) => unknown>> = {
  null: () => null,
  boolean: ({ chance }) => chance.pick([true, false]),
  integer: ({ words, chance }) => Math.floor(chance.between(words.minimum ?? 0, Math.min(words.maximum ?? 1_000, 100_000))),
  number: ({ words, chance }) => chance.between(words.minimum ?? 0, Math.min(words.maximum ?? 1_000, 1_000)),
  string: generateText,
  array: ({ words, chance, ids, depth }) => {
    const length = Math.floor(chance.between(0, Math.min(words.maxItems ?? 4, 4)))
    return Array.from({ length }, () => generateValue(words.items ?? {}, chance, ids, depth + 1))
  },
  object: ({ words, chance, ids, depth }) => {
    const named = Object.entries(words.properties ?? {}).filter(([name]) => words.required?.includes(name) || chance.unit() < 0.4)
    const object = Object.fromEntries(named.map(([name, value]) => [name, generateValue(value, chance, ids, depth + 1)]))
    if (typeof words.additionalProperties !== 'object' || chance.unit() < 0.5) return object
    return {
      ...object,
      [chance.pick(['project', 'a', ' ', '__proto__', 'ä'])]: generateValue(words.additionalProperties, chance, ids, depth + 1),
    }
  },
}

const WORDS = ['a red kite', 'Make it blue', 'x', '0', 'ä🙂', 'true', 'null', "'; drop table turns; --", '<script>', '../../etc/passwd']

function generateText({ words, schema, chance, ids }: Asked): string {
  const kind = idKind(schema)
  if (kind !== null) return ids(kind)
  if (words.format === 'date-time') return new Date(chance.between(1.7e12, 1.9e12)).toISOString()
  if (words.format === 'byte') return Buffer.from('not much of a picture').toString('base64')
  if (words.example !== undefined && chance.unit() < 0.5) return String(words.example)
  return chance.pick(WORDS)
}
