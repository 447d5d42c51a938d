import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { turnSchema } from '../../src/node/demo/api-schema.ts'
import { STEPS } from '../../src/node/demo/scenario.ts'

interface DemoRun {
  exitCode: number
  output: string
}

const DEMO_MS_MAX = 60_000

function runDemo(args: readonly string[], env: Record<string, string> = {}): Promise<DemoRun> {
  const { PATH = '', HOME = '' } = process.env
  return new Promise((resolve) => {
    const options = { env: { PATH, HOME, TMPDIR: temporaryDir, ...env }, timeout: 2 * DEMO_MS_MAX }
    const child = execFile(process.execPath, ['src/node/demo/main.ts', ...args], options, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, output: stdout + stderr })
    })
  })
}

let scratchDir: string
let temporaryDir: string
let outputDir: string
beforeAll(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'demo-test-'))
  temporaryDir = join(scratchDir, 'tmp')
  outputDir = join(scratchDir, 'out')
  await mkdir(temporaryDir)
})
afterAll(() => rm(scratchDir, { recursive: true, force: true }))

describe('the demo', () => {
  let run: DemoRun
  let turns: z.infer<typeof turnSchema>[]
  let tookMs: number

  beforeAll(async () => {
    const startedMs = performance.now()
    run = await runDemo(['--out', outputDir])
    tookMs = performance.now() - startedMs
    expect(run.exitCode, run.output).toBe(0)
    const account: unknown = JSON.parse(await readFile(join(outputDir, 'conversation.json'), 'utf8'))
    turns = z.object({ turns: z.array(turnSchema) }).parse(account).turns
  }, 2 * DEMO_MS_MAX)

  const turnOf = (name: string) => {
    const index = STEPS.findIndex((step) => step.name === name)
    const turn = turns[index]
    if (!turn) throw new Error(`no turn ${name}`)
    return turn
  }
  const outcomesOf = (name: string) => turnOf(name).attempts.map(({ outcome, next }) => `${outcome} → ${next}`)

  test('ends well within a minute', () => {
    expect(tookMs).toBeLessThan(DEMO_MS_MAX)
  })

  test('all five turns succeed, and the branch is a sibling of turn 3', () => {
    expect(turns.map(({ status }) => status)).toEqual(STEPS.map(() => 'succeeded'))
    expect(turnOf('branch-of-turn-2').parentId).toBe(turnOf('turn-2').id)
    expect(turnOf('turn-3').parentId).toBe(turnOf('turn-2').id)
    expect(turnOf('turn-4').parentId).toBe(turnOf('turn-3').id)
  })

  test('two refusals for capacity stand in the ledger, and the same model answers then', () => {
    expect(outcomesOf('turn-2')).toEqual(['overloaded → retry', 'overloaded → retry', 'succeeded → done'])
    expect(
      turnOf('turn-2')
        .attempts.map(({ httpStatus }) => httpStatus)
        .slice(0, 2),
    ).toEqual([503, 503])
    expect(turnOf('turn-2').model).toBe(turnOf('turn-1').model)
    expect(turnOf('turn-2').fallback).toBe(false)
  })

  test('an expired file is uploaded again and the turn goes on', () => {
    expect(outcomesOf('turn-3')).toEqual(['media_gone → repair', 'succeeded → done'])
  })

  test('a model that refuses for good is followed by the next one', () => {
    expect(outcomesOf('turn-4')).toEqual(['rejected → fallback', 'succeeded → done'])
    expect(turnOf('turn-4')).toMatchObject({ fallback: true, historyFidelity: 'repacked' })
    expect(turnOf('turn-4').model).not.toBe(turnOf('turn-3').model)
  })

  test('the branch is answered by the first model again, with the history exact', () => {
    expect(turnOf('branch-of-turn-2')).toMatchObject({ model: turnOf('turn-2').model, fallback: false, historyFidelity: 'exact' })
  })

  test('there is a picture of every turn and of the photo, no two alike, and the page names them all', async () => {
    const page = await readFile(join(outputDir, 'index.html'), 'utf8')
    const files = ['photo', ...STEPS.map(({ name }) => name)].map((stem) => `${stem}.jpg`)
    const looks = await Promise.all(
      files.map(async (file) => {
        expect(page).toContain(`src="${file}"`)
        const pixels = await sharp(join(outputDir, file)).resize(16, 16, { fit: 'fill' }).raw().toBuffer()
        return pixels.toString('hex')
      }),
    )
    expect(new Set(looks).size).toBe(files.length)
    const linked = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1])
    expect(await readdir(outputDir)).toEqual(expect.arrayContaining(linked))
  })

  test('without a terminal it prints plain lines that tell of every wait, repair and fallback', () => {
    expect(run.output).not.toContain('\r')
    expect(run.output).not.toContain('\u001b')
    for (const said of ['again in', 'uploading it again', 'falling back to the next model', 'interim picture', 'Every attempt']) {
      expect(run.output).toContain(said)
    }
    expect(run.output.trimEnd().split('\n').at(-1)).toMatch(/^Next: open .*index\.html/)
  })

  test('leaves no data behind', async () => {
    expect(await readdir(temporaryDir)).toEqual([])
  })
})

test('the live demo without a key says which one is missing', async () => {
  const { exitCode, output } = await runDemo(['--live', '--out', outputDir])
  expect(exitCode).toBe(1)
  expect(output).toContain('GEMINI_API_KEY is not set')
})

test('the live demo says when the upstream cannot be reached, and whom it asked', async () => {
  const nobody = 'http://127.0.0.1:1'
  const { exitCode, output } = await runDemo(['--live', '--out', outputDir], { GEMINI_API_KEY: 'test-key-value', GEMINI_BASE_URL: nobody })
  expect(exitCode).toBe(1)
  expect(output).toContain(`${nobody} cannot be reached`)
  expect(output).not.toContain('test-key-value')
})
