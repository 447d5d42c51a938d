import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkHouse } from './check-house.ts'

type Tree = Record<string, string>

/** A small project that keeps every rule. */
const cleanTree: Tree = {
  'package.json': JSON.stringify({ scripts: { verify: 'true', 'test:slow': 'true' } }),
  'package-lock.json': '{}',
  'README.md': 'Run `npm run verify`, see [the rules](test/house/rules.ts) and [elsewhere](https://example.com/npm).',
  'src/domain/ports.ts': 'export type Clock = { nowMs(): number }',
  'src/domain/turn.ts': `import { z } from 'zod'\nimport type { Clock } from './ports.ts'\n// import x from '../db/connect.ts'\nexport const text = 'Date.now() any'`,
  'src/engine/backoff.ts': `import type { Clock } from '../domain/ports.ts'`,
  'src/services/verb.ts': `import { q } from '../db/queries.ts'\nimport { b } from '../engine/backoff.ts'`,
  'src/gemini/client.ts': `import { Buffer } from 'node:buffer'\nimport type { Clock } from '../domain/ports.ts'`,
  'src/media/png.ts': `import { createHash } from 'node:crypto'`,
  'src/db/queries.ts': `import { sql } from 'drizzle-orm/pg-core'\nimport postgres from 'postgres'`,
  'src/monitoring/stats.ts': `import { q } from '../db/queries.ts'`,
  'src/http/routes/turns.ts': `import { verb } from '../../services/verb.ts'\nimport { Hono } from 'hono'`,
  'src/runtime/clock.ts': 'export const now = () => Date.now()',
  'src/simulator/clock.ts': `import { createServer } from 'node:http'\nexport const now = () => new Date()`,
  'src/playground/page.ts': 'export const page = 1',
  'src/client/index.ts': `import type { Turn } from '../http/contract/turn.ts'`,
  'src/node/main.ts': `import { request } from 'undici'\nimport { compose } from '../compose.ts'`,
  'src/worker/main.ts': `import { compose } from '../compose.ts'`,
  'src/config.ts': `import { z } from 'zod'`,
  'src/compose.ts': `import { client } from './gemini/client.ts'\nimport { app } from './http/routes/turns.ts'`,
  'test/house/rules.ts': 'export const words = 1 // TODO',
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The breaches in the clean tree with these files added or changed, as lines. */
function breachesWith(changes: Tree, removed: string[] = []): string[] {
  const root = mkdtempSync(join(tmpdir(), 'pentimento-house-'))
  folders.push(root)
  const tree = Object.entries({ ...cleanTree, ...changes }).filter(([path]) => !removed.includes(path))
  for (const [path, text] of tree) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  return checkHouse(root).map(({ at, message }) => `${at} ${message}`)
}

const lines = (count: number, line = 'export {}') => Array.from({ length: count }, () => line).join('\n')
const longFunction = (head: string, lineCount: number) => `${head}\n${lines(lineCount - 2, '  step()')}\n}\n`

/** What is planted, in which file, and what the breach says. */
const planted: [name: string, file: string, text: string, said: RegExp][] = [
  ['domain imports db', 'src/domain/a.ts', `import { q } from '../db/queries.ts'`, /^src\/domain\/a\.ts:1 imports .* domain\/ports\.ts/],
  ['engine imports Node', 'src/engine/a.ts', `import { join } from 'node:path'`, /^src\/engine\/a\.ts:1 imports node:path/],
  ['a service imports an adapter', 'src/services/a.ts', `import { c } from '../gemini/client.ts'`, /imports .* through ctx/],
  ['a service imports a clock', 'src/services/a.ts', `import { now } from '../runtime/clock.ts'`, /imports .* through ctx/],
  ['a route imports db', 'src/http/routes/a.ts', `\nimport { q } from '../../db/queries.ts'`, /a\.ts:2 imports .* services\//],
  ['an adapter imports another', 'src/gemini/a.ts', `import { p } from '../media/png.ts'`, /imports .* adapter/],
  ['an adapter imports undici', 'src/gemini/a.ts', `import { request } from 'undici'`, /imports undici/],
  ['an adapter imports node:fs', 'src/media/a.ts', `import { open } from 'node:fs/promises'`, /imports node:fs/],
  ['db imports pg-boss', 'src/db/a.ts', `import PgBoss from 'pg-boss'`, /imports pg-boss/],
  ['the composition root imports Node', 'src/compose.ts', `import { main } from './node/start.ts'`, /imports .* Node and Workers alike/],
  ['a Worker imports node/', 'src/worker/a.ts', `import { main } from '../node/main.ts'`, /imports .* has no Node/],
  ['node/ imports worker/', 'src/node/a.ts', `import { main } from '../worker/main.ts'`, /imports/],
  ['the simulator shares code', 'src/simulator/a.ts', `import type { Clock } from '../domain/ports.ts'`, /shares nothing/],
  ['anybody imports the tests', 'src/node/a.ts', `import { r } from '../../test/house/rules.ts'`, /imports/],
  ['a type import crosses', 'src/domain/a.ts', `type Q = import('../db/queries.ts').Q`, /imports \.\.\/db/],
  ['a layer nobody named', 'src/extras/a.ts', 'export {}', /belongs to no layer/],
  [
    'a circle',
    'src/domain/ports.ts',
    `import { text } from './turn.ts'`,
    /circle: src\/domain\/ports\.ts → src\/domain\/turn\.ts → src\/domain\/ports\.ts/,
  ],
  ['Date.now', 'src/services/a.ts', 'const now = Date.now()', /a\.ts:1 ambient time/],
  ['Date.now within a template', 'src/services/a.ts', `const now = \`at \${Date.now()}\``, /ambient time/],
  ['new Date', 'src/node/a.ts', 'const now = new Date()', /ambient time/],
  ['a timer', 'src/http/a.ts', '\n\nsetTimeout(f, 1)', /a\.ts:3 ambient time/],
  ['a timeout signal', 'src/gemini/a.ts', 'AbortSignal.timeout(1)', /ambient time/],
  ['Math.random', 'src/engine/a.ts', 'Math.random()', /ambient chance/],
  ['randomUUID', 'src/db/a.ts', 'crypto.randomUUID()', /ambient chance/],
  ['console', 'src/node/a.ts', `console.log('x')`, /console .*Logger/],
  ['any', 'src/db/a.ts', 'const x: any = 1', /any .*zod/],
  ['as any', 'test/a.ts', 'f(x as any)', /any .*zod/],
  ['a cast by way of unknown', 'src/db/a.ts', 'f(x as unknown as string)', /a cast/],
  ['a silenced compiler', 'src/db/a.ts', '// @ts-expect-error it is late', /silenced compiler/],
  ['a note to do it later', 'src/db/a.ts', '/** TODO: all of it */', /a note to do it later/],
  ['a long file', 'src/db/a.ts', lines(401), /has 401 lines/],
  ['a long function', 'src/db/a.ts', longFunction('export async function f() {', 71), /a function of 71 lines/],
  ['a long arrow function', 'src/db/a.ts', longFunction('const f = async (x: number) => {', 71), /a function of 71 lines/],
  [
    'a long method',
    'src/db/a.ts',
    `class C {\n${longFunction('  async f(a: string): Promise<void> {', 71).replace(/\}\n$/, '  }\n}')}`,
    /a function of 71 lines/,
  ],
  [
    'a long function with its parameters spread',
    'src/db/a.ts',
    longFunction('function f({\n  a,\n}: { a: 1 }): void {', 72).replace(/^/, '\n'),
    /a\.ts:2 a function of 74 lines/,
  ],
  ['a large file', 'test/fixtures/a.bin', 'x y '.repeat(60_000), /is 240000 bytes/],
  ['encoded bytes', 'test/fixtures/a.json', `{"data":"${'QUJD'.repeat(3_000)}"}`, /holds encoded bytes/],
  ['an empty name', 'src/http/utils/a.ts', 'export {}', /its name says nothing/],
  ['an empty file name', 'test/support/helpers.ts', 'export {}', /its name says nothing/],
  ['a command that is not there', 'docs/start.md', 'Type `npm run verfiy`.', /npm run verfiy/],
  ['a link to nowhere', 'docs/start.md', 'See [this](../nowhere.md).', /links to \.\.\/nowhere\.md/],
]

describe('the house checks', () => {
  it('pass a clean tree', () => {
    expect(breachesWith({})).toEqual([])
  })

  it.each(planted)('catch: %s', (_name, file, text, said) => {
    expect(breachesWith({ [file]: text })).toEqual([expect.stringMatching(said)])
  })

  it('catch a promised place that is missing', () => {
    expect(breachesWith({}, ['src/monitoring/stats.ts'])).toEqual([expect.stringMatching(/^src\/monitoring is missing/)])
  })

  it('catch an exemption whose file is gone', () => {
    expect(breachesWith({}, ['package-lock.json'])).toEqual([expect.stringMatching(/exempts package-lock\.json/)])
  })

  it('catch a codebase whose files have grown long', () => {
    const grown = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`src/db/long-${at}.ts`, lines(81)]))
    expect(breachesWith(grown)).toEqual([expect.stringMatching(/half of its files have over 81 lines/)])
  })

  it('accept files and functions at their limits', () => {
    expect(breachesWith({ 'src/db/a.ts': lines(400), 'src/db/b.ts': longFunction('function f() {', 70) })).toEqual([])
  })
})
