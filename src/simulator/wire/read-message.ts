import { invalidPayload } from './api-error.ts'
import { ENUMS, MESSAGES } from './api-schema.ts'
import type { EncodedValue } from './base64-sink.ts'

type Violation = { field: string; description: string }
type Context = { values: EncodedValue[]; violations: Violation[] }

/**
 * Maps JSON onto a message of the API as its gateway does: camelCase or snake_case names in, camelCase out; `null` is absent;
 * unknown names, wrong types, unknown enum values and broken base64 are refused, all in one answer.
 * @param input.values what `SkimmedJson` took out; a `bytes` field becomes its EncodedValue
 * @throws ApiError 400 (wire-facts §1.2, §2.2)
 */
export function readMessage(input: { message: string; json: unknown; values: EncodedValue[] }): unknown {
  const context: Context = { values: input.values, violations: [] }
  const result = readFields(input.json, { type: input.message, path: '' }, context)
  if (context.violations.length > 0) throw invalidPayload(context.violations)
  return result
}

type Place = { type: string; path: string }

function readFields(json: unknown, { type, path }: Place, context: Context): unknown {
  const fields = MESSAGES[type] ?? {}
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return reportInvalid(json, { type, path }, context)
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(json)) {
    if (value === null) continue
    const field = camelCase(name)
    const fieldType = fields[field]
    if (!fieldType) {
      context.violations.push({ field: path, description: unknownName(name, path) })
      continue
    }
    const fieldPath = path === '' ? snakeCase(field) : `${path}.${snakeCase(field)}`
    result[field] = readValue(value, { type: fieldType, path: fieldPath }, context)
  }
  return result
}

function readValue(value: unknown, { type, path }: Place, context: Context): unknown {
  if (type.endsWith('[]')) {
    const items = Array.isArray(value) ? value : [value]
    return items.map((item, index) => readValue(item, { type: type.slice(0, -2), path: `${path}[${index}]` }, context))
  }
  if (MESSAGES[type]) return readFields(value, { type, path }, context)
  if (ENUMS[type]) return readEnum(value, { type, path }, context)
  if (type === 'bytes') return readBytes(value, { type, path }, context)
  if (type === 'any' || SCALARS[type]?.accepts(value)) return value
  return reportInvalid(value, { type, path }, context)
}

const SCALARS: Readonly<Record<string, { typeName: string; accepts(value: unknown): boolean }>> = {
  string: { typeName: 'TYPE_STRING', accepts: (value) => typeof value === 'string' },
  bool: { typeName: 'TYPE_BOOL', accepts: (value) => typeof value === 'boolean' },
  int: { typeName: 'TYPE_INT32', accepts: Number.isInteger },
  number: { typeName: 'TYPE_FLOAT', accepts: (value) => typeof value === 'number' },
  bytes: { typeName: 'TYPE_BYTES', accepts: () => false },
}

function readEnum(value: unknown, place: Place, context: Context): unknown {
  const known = typeof value === 'string' && ENUMS[place.type]?.values.includes(value.toUpperCase())
  return known ? value.toUpperCase() : reportInvalid(value, place, context)
}

function readBytes(value: unknown, place: Place, context: Context): unknown {
  const index = typeof value === 'string' ? /^bytes:(\d+)$/.exec(value)?.[1] : undefined
  const bytes = index === undefined ? undefined : context.values[Number(index)]
  if (!bytes) return reportInvalid(value, place, context)
  if (!bytes.wellFormed) {
    const description = `Invalid value at '${place.path}' (TYPE_BYTES), Base64 decoding failed for "${bytes.sample}"`
    context.violations.push({ field: place.path, description })
  }
  return bytes
}

function reportInvalid(value: unknown, { type, path }: Place, context: Context): undefined {
  const typeName = SCALARS[type]?.typeName ?? ENUMS[type]?.typeName ?? `type.googleapis.com/google.ai.generativelanguage.v1beta.${type}`
  context.violations.push({ field: path, description: `Invalid value at '${path}' (${typeName}), ${JSON.stringify(value)}` })
}

function unknownName(name: string, path: string): string {
  const where = path === '' ? '' : ` at '${path}'`
  return `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
