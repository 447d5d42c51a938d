import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { expectConsoleError } from './fail-on-console-error.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(root, 'node_modules/.console-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs one test in a vitest of its own; the result is what it printed when it failed, null when it passed. */
function failureOf(body: string): string | null {
  const support = JSON.stringify(join(import.meta.dirname, 'fail-on-console-error.ts'))
  writeFileSync(
    join(folder, 'inner.test.ts'),
    `import { expect, it } from 'vitest'\nimport { expectConsoleError } from ${support}\n${body}\n`,
  )
  writeFileSync(join(folder, 'vitest.config.ts'), `export default { test: { include: ['*.test.ts'], setupFiles: [${support}] } }\n`)
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], { stdio: 'pipe' })
    return null
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout) + String((error as { stderr: Buffer }).stderr)
  }
}

it('lets a test pass that says which line it expects', () => {
  expectConsoleError(/a known complaint/)
  console.error('a known complaint')
})

it('fails a test that makes console.error or console.warn speak', () => {
  expect(failureOf(`it('quiet', () => { expect(1).toBe(1) })`)).toBeNull()
  expect(failureOf(`it('loud', () => { console.error('a surprise') })`)).toContain('unexpected on the console: a surprise')
  expect(failureOf(`it('loud', () => { console.warn('a warning') })`)).toContain('unexpected on the console: a warning')
})

it('fails a test whose expected line does not come', () => {
  expect(failureOf(`it('silent', () => { expectConsoleError(/promised/) })`)).toContain(
    'expected on the console, but not there: /promised/',
  )
})
