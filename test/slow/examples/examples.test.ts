import { execFile } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { photo, prepare } from '../../e2e/running-service.ts'
import { type InstalledPackage, installPackage, ROOT } from './installed-package.ts'

const run = promisify(execFile)
const KEY = 'key-of-acme'

const CONSUMER = `
import { createClient, PentimentoError, type Turn } from 'pentimento/client'
const client = createClient({ baseUrl: 'http://localhost', key: 'k' })
const session = await client.sessions.create({ title: 'T', image: { size: '2K' } })
const turn: Turn = await session.edit({ prompt: 'p', images: [new Blob()], deadlineMs: 60_000 })
const cost: number = turn.costUsd
for await (const event of session.edit({ prompt: 'q' })) if (event.type === 'turn.waiting') console.log(event.untilMs.toFixed(), cost)
`
const WRONG = `${CONSUMER}
session.edit({ prompt: 5 })
const size: 'huge' = turn.image.size
new PentimentoError('no_such_code', null)
`
const COMPILER = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  lib: ['es2023', 'dom', 'dom.asynciterable'],
  types: [],
}

describe('what is installed, and the examples', () => {
  let installed: InstalledPackage
  beforeAll(async () => {
    installed = await installPackage()
    await writeFile(join(installed.dir, 'photo.jpg'), await photo())
  })
  afterAll(() => installed.remove())

  async function compile(source: string): Promise<string> {
    await writeFile(join(installed.dir, 'consumer.ts'), source)
    await writeFile(join(installed.dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['consumer.ts'] }))
    return run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', installed.dir]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    )
  }

  /** A service with a key, and what the examples want to be told. */
  async function service() {
    const { start, simulator } = await prepare()
    const { url } = await start({ API_KEYS: `acme:${KEY}` })
    return { simulator, env: { ...process.env, PENTIMENTO_URL: url, PENTIMENTO_KEY: KEY } }
  }

  test('the client comes with its types, to a project that has none of our settings', async () => {
    expect(await compile(CONSUMER)).toBe('')
    expect((await compile(WRONG)).match(/consumer\.ts\(\d+/g)).toHaveLength(3)
  })

  test('the client is one file that needs nothing', async () => {
    const code = await readFile(join(installed.dir, 'node_modules/pentimento/dist/client/index.js'), 'utf8')
    expect(code).not.toMatch(/^import |\brequire\(|\bfrom ["']/m)
    expect(code.length).toBeLessThan(25_000)
  })

  test('the script for Node edits a photo step by step', async () => {
    const { env, simulator } = await service()
    simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'error', error: 'overloaded' } }])
    await copyFile(join(ROOT, 'examples/edit-photo.js'), join(installed.dir, 'edit-photo.js'))
    const args = ['edit-photo.js', 'photo.jpg', 'edited.jpg', 'let it be autumn', 'make it night']
    const { stdout } = await run(process.execPath, args, { cwd: installed.dir, env })
    // Whether there is time to wait for a backoff of some milliseconds depends on the machine.
    const told = stdout.split('\n').filter((line) => !line.includes('waiting'))
    expect(told.slice(0, 3)).toEqual([
      'let it be autumn: asking gemini-3-pro-image',
      'let it be autumn: overloaded, then retry',
      'let it be autumn: asking gemini-3-pro-image',
    ])
    expect(stdout).toMatch(/make it night: gemini-3-pro-image, \$0\.1\d+\n$/)
    expect(await sharp(join(installed.dir, 'edited.jpg')).metadata()).toMatchObject({ format: 'jpeg' })
    expect(simulator.counts()).toMatchObject({ generated: 2 })
  })

  test('the script for curl does the same', async () => {
    const { env, simulator } = await service()
    const result = join(installed.dir, 'edited-by-curl.jpg')
    const args = ['photo.jpg', 'let it be "autumn"', "make it night, it's late", result]
    const { stdout } = await run(join(ROOT, 'examples/curl.sh'), args, { cwd: installed.dir, env })
    const lines = stdout.trim().split('\n')
    expect([lines[0], lines[1], lines.at(-1)]).toEqual(['succeeded', 'event: turn.queued', 'event: turn.succeeded'])
    expect(await sharp(result).metadata()).toMatchObject({ format: 'jpeg' })
    expect(simulator.counts()).toMatchObject({ generated: 2 })
  })
})
