/**
 * What zod finds wrong, in words for whoever sent it: what is allowed, and of what kind the value is that came. The value itself
 * is never repeated: it may be a prompt or a secret. Words that a schema brings itself go before these.
 */
import type { z } from 'zod'

type RawIssue = z.core.$ZodRawIssue
type Issues = { [Issue in RawIssue as Issue['code']]: Issue }

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  record: 'an object',
}

/** What has a length is counted in these; anything else is a number. */
const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' }

const WORDS: { readonly [Code in keyof Issues]: (issue: Issues[Code]) => string } = {
  invalid_type: ({ expected, input }) => `must be ${KINDS[expected] ?? expected}${came(input, [expected === 'int' ? 'number' : expected])}`,
  invalid_value: ({ values, input }) => oneOf(values, input),
  invalid_union: (issue) => {
    if (issue.discriminator !== undefined && Array.isArray(issue.options)) {
      return oneOf(issue.options, valueAt(issue.input, issue.discriminator))
    }
    const literals = issue.errors.flatMap(([first]) => (first?.code === 'invalid_value' ? [first.values] : []))
    return literals.length > 0 && literals.length === issue.errors.length
      ? oneOf(literals.flat(), issue.input)
      : `has none of the forms it may have${came(issue.input, [kindOf(issue.input)])}`
  },
  too_small: ({ origin, minimum, inclusive, exact }) => {
    if (UNITS[origin] === undefined) return `must be ${inclusive === false ? 'more than' : 'at least'} ${minimum}`
    if (exact) return `must have exactly ${count(minimum, origin)}`
    return Number(minimum) === 1 ? 'must not be empty' : `must have at least ${count(minimum, origin)}`
  },
  too_big: ({ origin, maximum, inclusive, exact }) => {
    if (UNITS[origin] === undefined) return `must be ${inclusive === false ? 'less than' : 'at most'} ${maximum}`
    return exact ? `must have exactly ${count(maximum, origin)}` : `may have at most ${count(maximum, origin)}`
  },
  not_multiple_of: ({ divisor }) => `must be a multiple of ${divisor}`,
  invalid_format: () => 'is not of the form it must have',
  unrecognized_keys: () => 'there is no such field',
  invalid_key: () => 'has a name that is not allowed',
  invalid_element: () => 'holds what is not allowed',
  custom: () => 'is not allowed',
}

export function issueWords(issue: RawIssue): string {
  return wordsFor(issue.code, issue)
}

function wordsFor<Code extends keyof Issues>(code: Code, issue: Issues[Code]): string {
  return WORDS[code](issue)
}

function oneOf(values: readonly unknown[], input: unknown): string {
  const allowed = values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : String(value)))
  const last = allowed.pop() ?? 'nothing'
  return `must be ${allowed.length === 0 ? last : `${allowed.join(', ')} or ${last}`}${came(input, values.map(kindOf))}`
}

/** What came in place of values of these kinds; nothing is said of a value whose kind is right. */
function came(input: unknown, kinds: readonly string[]): string {
  if (input === undefined) return ', and is missing'
  const kind = kindOf(input)
  return kinds.includes(kind) ? '' : `, not ${KINDS[kind] ?? kind}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function valueAt(input: unknown, key: string): unknown {
  return typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined
}

function count(n: number | bigint, origin: string): string {
  return `${n} ${UNITS[origin]}${Number(n) === 1 ? '' : 's'}`
}
