/** A test that makes `console.error` or `console.warn` speak fails, unless it said that it would. */
import { format } from 'node:util'
import { afterAll, afterEach } from 'vitest'

let said: string[] = []
let expected: RegExp[] = []

for (const level of ['error', 'warn'] as const) {
  const print = console[level].bind(console)
  console[level] = (...values: unknown[]) => {
    const line = format(...values)
    said.push(line)
    if (!expected.some((pattern) => pattern.test(line))) print(...values)
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
afterAll(check)
