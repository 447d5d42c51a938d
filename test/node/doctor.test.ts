import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { freshDatabase } from '../support/database.ts'

const PROGRAM = join(import.meta.dirname, '../../src/node/doctor/main.ts')
/** As long as keys should be; none of them may be printed. */
const SECRET = 'sesame-sesame-sesame'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pentimento-doctor-'))
})
afterAll(() => rm(dataDir, { recursive: true }))

interface Visit {
  exitCode: number
  output: string
}

function visit(env: Record<string, string>, ...options: string[]): Promise<Visit> {
  const { PATH = '', HOME = '' } = process.env
  const always = { PATH, HOME, DATA_DIR: dataDir, PORT: '0', GEMINI_API_KEY: SECRET, API_KEYS: `a:${SECRET}-a` }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...options], { env: { ...always, ...env } }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, output: stdout + stderr })
    })
  })
}

const lines = (output: string, sign: string) => output.split('\n').filter((line) => line.startsWith(`${sign} `))

describe.concurrent('npm run doctor', () => {
  it('finds nothing to mend where all is well, and asks the upstream when told to', async ({ expect, onTestFinished }) => {
    const { url } = await freshDatabase({ max: 1 })
    const simulator = await startSimulator({})
    onTestFinished(() => simulator.close())
    const env = { DATABASE_URL: url, GEMINI_BASE_URL: simulator.url, PUBLIC_URL: 'https://images.example', HOST: '0.0.0.0' }
    const { exitCode, output } = await visit(env, '--upstream')
    expect(lines(output, '✗'), output).toEqual([])
    expect(exitCode).toBe(0)
    for (const well of ['schema is up to date', 'tells of news', 'gives back and removes', 'GB are free', 'sharp', 'takes the key']) {
      expect(lines(output, '✓').join('\n')).toContain(well)
    }
    expect(output).not.toContain(SECRET)
  })

  it('names every bad variable, and repeats none', async ({ expect }) => {
    const { exitCode, output } = await visit({ LEASE_MS: SECRET, PUBLIC_URL: SECRET, DATABASE_URL: SECRET })
    expect(exitCode).toBe(1)
    const named = lines(output, '✗').map((line) => line.split(/[ :]/)[1])
    expect(named.sort()).toEqual(['DATABASE_URL', 'LEASE_MS', 'PUBLIC_URL'])
    expect(output).not.toContain(SECRET)
  })

  it('tells of everything that is broken at once, what to do about it, and no secret', async ({ expect }) => {
    const file = join(dataDir, 'a-file')
    await writeFile(file, 'no folder')
    const nowhere = 'http://127.0.0.1:1'
    const { exitCode, output } = await visit(
      {
        ...{ DATABASE_URL: `postgres://somebody:${SECRET}@127.0.0.1:1/x`, BLOB_STORE: `fs:${file}/media`, HTTPS_PROXY: nowhere },
        ...{ HOST: '203.0.113.7', GEMINI_BASE_URL: nowhere },
      },
      '--upstream',
    )
    expect(exitCode).toBe(1)
    const broken = lines(output, '✗').join('\n')
    for (const what of [
      /PostgreSQL at 127\.0\.0\.1:1\/x: nothing listens/,
      /folder of pictures/,
      /listened on: this machine/,
      /proxy/,
      /upstream gemini/,
    ]) {
      expect(broken).toMatch(what)
    }
    expect(output.match(/^✗ .*\n {4}\S/gm)).toHaveLength(lines(output, '✗').length)
    expect(output).not.toContain(SECRET)
  })

  it('tells who has no key, without alarm, what runs all the same and what does not', async ({ expect }) => {
    const { url } = await freshDatabase({ max: 1 })
    const { exitCode, output } = await visit({ DATABASE_URL: url, GEMINI_API_KEY: '' })
    expect(lines(output, '✗'), output).toEqual([])
    expect(lines(output, '–')).toEqual(['– No upstream is configured'])
    expect(output).toMatch(/^ {4}.*`npm run dev`.*`npm run demo`.*`npm start`.*GEMINI_API_KEY/m)
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^`npm run dev` and `npm run demo` can start; `npm start` needs/)
    expect(exitCode).toBe(1)
  })

  it('tells of what keeps nothing from starting, and does not ask the upstream by itself', async ({ expect, onTestFinished }) => {
    const { url, sql } = await freshDatabase({ max: 1 })
    await sql`delete from schema_migrations where tag >= '0001'`
    const simulator = await startSimulator({})
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(async () => {
      taken.close()
      await simulator.close()
    })
    const address = taken.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const before = simulator.counts()
    const { exitCode, output } = await visit({ DATABASE_URL: url, GEMINI_BASE_URL: simulator.url, PORT: port })
    expect(exitCode, output).toBe(0)
    const doubts = lines(output, '!').join('\n')
    for (const what of ['migrations are to come', `127.0.0.1:${port} is taken`]) expect(doubts).toContain(what)
    expect(simulator.counts()).toEqual(before)
  })
})
