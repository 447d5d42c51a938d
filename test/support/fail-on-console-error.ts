/** A test that makes `console.error` or `console.warn` speak fails, unless it said that it would. */
import { format } from 'node:util'
import { afterAll, afterEach } from 'vitest'

let said: string[] = []
let expected: RegExp[] = []

const own = { error: console.error, warn: console.warn }

for (const level of ['error', 'warn'] as const) {
  console[level] = (...values: unknown[]) => {
    const line = format(...values)
    said.push(line)
    if (!expected.some((pattern) => pattern.test(line))) own[level].apply(console, values)
  }
}

/** Allows, and demands, a line on `console.error` or `console.warn` that matches, within the test that calls this. */
export function expectConsoleError(pattern: RegExp): void {
  expected.push(pattern)
}

function check(): void {
  const unexpected = said.filter((line) => !expected.some((pattern) => pattern.test(line)))
  const missing = expected.filter((pattern) => !said.some((line) => pattern.test(line)))
  said = []
  expected = []
  if (unexpected.length > 0) throw new Error(`unexpected on the console: ${unexpected.join('\n')}`)
  if (missing.length > 0) throw new Error(`expected on the console, but not there: ${missing.join(', ')}`)
}

afterEach(check)
afterAll(() => {
  // Files share a worker, and this is run anew for each.
  Object.assign(console, own)
  check()
})
