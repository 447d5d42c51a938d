import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { runDirPrefix } from '../support/test-cluster.ts'

const PROGRAM = join(import.meta.dirname, '../../src/node/dev.ts')

interface Dev {
  child: ChildProcess
  /** What it says for people once it runs, line by line. */
  banner: string[]
}

async function startDev(dataDir: string): Promise<Dev> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: dataDir, PORT: '0', SIMULATOR_PORT: '0' }
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => endDev(child))
  const banner: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (line === '' && banner.length > 0) break
    if (line !== '' && !line.startsWith('{')) banner.push(line)
  }
  child.stdout.resume()
  return { child, banner }
}

async function endDev(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

it('a second npm run dev says that it shares the database of the first, which says nothing of the kind', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), `${runDirPrefix}${process.pid}-`))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const first = await startDev(dataDir)
  const second = await startDev(dataDir)
  expect(first.banner).toEqual([expect.stringMatching(/^service +http/), expect.stringMatching(/^simulator +http/)])
  expect(second.banner.slice(2)).toEqual([expect.stringMatching(/^database +shared .*\bDATA_DIR\b/)])
  expect(second.banner[2]).toContain(dataDir)
})
