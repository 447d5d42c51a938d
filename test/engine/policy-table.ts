/** The tables of docs/engine.md, drawn from the schema itself: `node test/engine/policy-table.ts` prints them. */
import { z } from 'zod'
import { policiesSchema } from '../../src/engine/policy-schema.ts'

interface Node {
  type?: string
  default?: unknown
  minimum?: number
  maximum?: number
  enum?: unknown[]
  items?: Node
  description?: string
  properties?: Record<string, Node>
}

const schema = z.toJSONSchema(policiesSchema, { io: 'input' }) as Node

function fields(node: Node | undefined): [string, Node][] {
  return Object.entries(node?.properties ?? {})
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``
}

function bounds({ type, minimum, maximum, enum: choices, items }: Node): string {
  if (choices !== undefined) return choices.map(code).join(', ')
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'array') return items?.enum === undefined ? '`[from, until]` hours, 0–24' : `any of ${items.enum.map(code).join(', ')}`
  return `${minimum}–${maximum}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => '---')), ...rows].join('\n')
}

function groups(name: string, variants: readonly string[]): string {
  const nodes = variants.map((variant) => schema.properties?.[name]?.properties?.[variant] ?? schema.properties?.[variant])
  const rows = fields(nodes[0]).map(([field, node]) => {
    const defaults = nodes.map((variant) => code(variant?.properties?.[field]?.default))
    return row([`\`${field}\``, ...defaults, bounds(node), node.description ?? ''])
  })
  return table(['field', ...variants.map((variant) => `\`${variant}\``), 'bounds', 'why'], rows)
}

function single(name: string, node: Node): string {
  const leaves: [string, Node][] =
    node.properties === undefined ? [[name, node]] : fields(node).map(([field, leaf]) => [`${name}.${field}`, leaf])
  return table(
    ['field', 'default', 'bounds', 'why'],
    leaves.map(([path, leaf]) => row([`\`${path}\``, code(leaf.default), bounds(leaf), leaf.description ?? ''])),
  )
}

/** Every table, in the order of the document. */
export function policyTables(): string[] {
  const [modes, strategies] = [['interactive', 'patient'], fields(schema.properties?.strategies).map(([name]) => name)]
  const rest = fields(schema).filter(([name]) => name !== 'strategies' && !modes.includes(name))
  return [groups('', modes), groups('strategies', strategies), ...rest.map(([name, node]) => single(name, node))]
}

if (import.meta.main) process.stdout.write(`${policyTables().join('\n\n')}\n`)
