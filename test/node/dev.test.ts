import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { runDirPrefix } from '../support/test-cluster.ts'

/** Of a program that makes a database first, twice, on a busy machine. */
const timeout = 60_000
const PROGRAM = join(import.meta.dirname, '../../src/node/dev.ts')

interface Dev {
  child: ChildProcess
  /** What it says for people once it runs, line by line. */
  banner: string[]
  /** The next event of its log that is called so. */
  logged(event: string): Promise<void>
}

async function startDev(dataDir: string): Promise<Dev> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: dataDir, PORT: '0', SIMULATOR_PORT: '0' }
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => endDev(child))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => {
    const { done, value } = await lines.next()
    if (done) throw new Error('npm run dev says no more')
    return value
  }
  const banner: string[] = []
  for (let line = await nextLine(); line !== '' || banner.length === 0; line = await nextLine())
    if (line !== '' && !line.startsWith('{')) banner.push(line)
  const logged = async (event: string) => {
    while (!(await nextLine()).includes(`"${event}"`));
  }
  return { child, banner, logged }
}

async function endDev(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.stdout?.resume()
  child.kill('SIGTERM')
  await exited
}

async function freshDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `${runDirPrefix}${process.pid}-`))
  onTestFinished(() => rm(dir, { recursive: true }))
  return dir
}

it('a second npm run dev says that it shares the database of the first, which says nothing of the kind', { timeout }, async () => {
  const dataDir = await freshDir()
  const first = await startDev(dataDir)
  const second = await startDev(dataDir)
  expect(first.banner).toEqual([expect.stringMatching(/^service +http/), expect.stringMatching(/^simulator +http/)])
  expect(second.banner.slice(2)).toEqual([expect.stringMatching(/^database +shared .*\bDATA_DIR\b/)])
  expect(second.banner[2]).toContain(dataDir)
})

it('Ctrl-C, which comes from the terminal and from the watcher, puts everything away once', { timeout }, async () => {
  const { child, logged } = await startDev(await freshDir())
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  await logged('service.stopping')
  child.kill('SIGINT')
  await logged('service.stopped')
  expect(await exited).toEqual([0, null])
})
