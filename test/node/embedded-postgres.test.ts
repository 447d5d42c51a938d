import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import type { RunningPostgres } from '../../src/node/embedded-postgres.ts'
import { startPostgres } from '../../src/node/embedded-postgres.ts'
import { findEmbeddedBinaries } from '../../src/node/embedded-postgres-binaries.ts'
import { isAlive } from '../../src/node/embedded-postgres-postmaster.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { runDirPrefix } from '../support/test-cluster.ts'

const holderPath = join(import.meta.dirname, 'embedded-postgres-holder.ts')
const nobodyUid = 65534
const isRoot = process.getuid?.() === 0
const asNobody = ['setpriv', `--reuid=${nobodyUid}`, `--regid=${nobodyUid}`, '--clear-groups', '--']
const untilMs = { timeout: 15_000, interval: 50 }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function newDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), `${runDirPrefix}${process.pid}-`))
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function start(dataDir: string, changed: { clock?: typeof systemClock } = {}): Promise<RunningPostgres> {
  const binaries = await findEmbeddedBinaries(join(dataDir, 'lib'))
  if (binaries === null) throw new Error('the embedded PostgreSQL is not installed')
  const surroundings = { clock: systemClock, random: systemRandom, logger: recordingLogger(), ...changed }
  const postgres = await startPostgres({
    ...surroundings,
    clusterDir: join(dataDir, 'postgres'),
    binaries,
    socketRoot: dataDir,
  })
  cleanups.push(() => postgres.stop())
  return postgres
}

interface Holder {
  url: string
  events: { event: string; pid?: number }[]
  kill(): Promise<unknown>
  end(): Promise<unknown>
}

/** Another process with the database open; `wrap` says as whom. */
async function startHolder(dataDir: string, wrap: string[] = []): Promise<Holder> {
  const [program = '', ...args] = [...wrap, process.execPath, holderPath, dataDir]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  cleanups.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  const events: { event: string; pid?: number; url?: string }[] = []
  for await (const line of createInterface(child.stdout)) {
    events.push(JSON.parse(line))
    if (events.at(-1)?.event === 'holder.ready') break
  }
  const kill = () => {
    child.kill('SIGKILL')
    return exited
  }
  const end = () => {
    child.stdin.end()
    return exited
  }
  return { url: events.at(-1)?.url ?? '', events, kill, end }
}

const serverOf = (dataDir: string) => Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])

async function query<T>(url: string, work: (sql: ReturnType<typeof connect>['sql']) => Promise<T>): Promise<T> {
  const { sql } = connect(url, { max: 1, applicationName: 'test' })
  return await work(sql).finally(() => sql.end({ timeout: 1 }))
}

const write = (url: string, n: number) =>
  query(url, (sql) => sql`create table if not exists kept (n int8)`.then(() => sql`insert into kept values (${n})`))
const readAll = (url: string) =>
  query(url, (sql) => sql<{ n: number }[]>`select n from kept order by n`.then((rows) => rows.map(({ n }) => n)))

describe('an embedded PostgreSQL', () => {
  it('starts in an empty folder, keeps its data from one start to the next, and leaves no process', async () => {
    const dataDir = newDataDir()
    const first = await start(dataDir)
    await write(first.url, 1)
    const { pid } = first
    await first.stop()
    expect(isAlive(pid)).toBe(false)
    const second = await start(dataDir)
    expect(await readAll(second.url)).toEqual([1])
    expect(readdirSync(dataDir).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  it('speaks UTF-8 with the C locale and listens on its socket alone', async () => {
    const { url, tcpUrl } = await start(newDataDir())
    expect(tcpUrl).toBeNull()
    const [settings] = await query(
      url,
      (sql) => sql`select current_setting('server_encoding') as encoding, datcollate as collate,
        current_setting('listen_addresses') as listen, current_setting('max_connections') as max from pg_database where datname = current_database()`,
    )
    expect(settings).toEqual({ encoding: 'UTF8', collate: 'C', listen: '', max: '200' })
  })

  it('comes back at the same address, with what was committed, after kill -9 of the server', async () => {
    const postgres = await start(newDataDir())
    await write(postgres.url, 1)
    const { pid } = postgres
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(postgres.pid).not.toBe(pid), untilMs)
    expect(await readAll(postgres.url)).toEqual([1])
  })

  it('shuts down cleanly when its process is killed with -9, and starts again with its data', async ({ skip }) => {
    if (!canRun('setpriv', '--pdeathsig', 'INT', 'true')) skip('this system has no setpriv --pdeathsig')
    const dataDir = newDataDir()
    const holder = await startHolder(dataDir)
    await write(holder.url, 1)
    const pid = serverOf(dataDir)
    await holder.kill()
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), untilMs)
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down')
    expect(await readAll((await start(dataDir)).url)).toEqual([1])
  })

  it('is shared: a second process adopts it and its end stops nothing', async () => {
    const dataDir = newDataDir()
    const owner = await start(dataDir)
    const second = await startHolder(dataDir)
    expect(second.events.map(({ event, pid }) => ({ event, pid }))).toContainEqual({ event: 'postgres.adopted', pid: owner.pid })
    await second.end()
    await write(owner.url, 1)
    expect(await readAll(owner.url)).toEqual([1])
  })

  it('goes on for those who adopted it when its owner is gone', async () => {
    const dataDir = newDataDir()
    const owner = await startHolder(dataDir)
    const adopter = await start(dataDir)
    await write(owner.url, 1)
    const pid = adopter.pid
    await owner.end()
    await vi.waitFor(() => expect(adopter.pid).not.toBe(pid), untilMs)
    expect(await readAll(adopter.url)).toEqual([1])
  })

  it('lets three processes start at once in an empty folder, and one server serves them', async () => {
    const dataDir = newDataDir()
    const holders = await Promise.all([startHolder(dataDir), startHolder(dataDir), startHolder(dataDir)])
    expect(new Set(holders.map(({ url }) => url)).size).toBe(1)
    const owners = holders.flatMap(({ events }) => events.filter(({ event }) => event === 'postgres.started'))
    expect(owners.map(({ pid }) => pid)).toEqual([serverOf(dataDir)])
  })

  it('clears away what an initdb that was killed left behind', async () => {
    const dataDir = newDataDir()
    const deadPid = spawn('true')
    await once(deadPid, 'exit')
    const abandoned = [join(dataDir, 'postgres.tmp'), join(dataDir, `postgres.tmp-${deadPid.pid}`)]
    for (const folder of abandoned) mkdirSync(join(folder, 'cluster/base'), { recursive: true })
    await write((await start(dataDir)).url, 1)
    expect(abandoned.filter((folder) => existsSync(folder))).toEqual([])
  })

  it('starts although the process id in its lock files belongs to somebody else by now', async () => {
    const dataDir = newDataDir()
    const first = await start(dataDir)
    const [socketDir = ''] = readdirSync(dataDir).filter((name) => name.startsWith('pentimento-'))
    await first.stop()
    mkdirSync(join(dataDir, socketDir), { mode: 0o700 })
    // Not this process: PostgreSQL itself passes over the id of its own parent.
    const stranger = spawn('cat')
    cleanups.push(() => stranger.kill())
    const lock = `${stranger.pid}\n${join(dataDir, 'postgres')}\n1700000000\n5432\n${join(dataDir, socketDir)}\n\n`
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), lock)
    writeFileSync(join(dataDir, socketDir, '.s.PGSQL.5432.lock'), lock)
    await write((await start(dataDir)).url, 1)
  })

  it('says why it does not start, with the words of its log', async () => {
    const dataDir = newDataDir()
    await (await start(dataDir)).stop()
    writeFileSync(join(dataDir, 'postgres/postgresql.conf'), 'nonsense = on\n')
    const startedAtMs = systemClock.nowMs()
    const hastyClock = { ...systemClock, nowMs: () => startedAtMs + (systemClock.nowMs() - startedAtMs) * 50 }
    await expect(start(dataDir, { clock: hastyClock })).rejects.toThrow(
      /does not start in .*unrecognized configuration parameter "nonsense"/,
    )
  })

  it('refuses a cluster made by another major version and says what to do', async () => {
    const dataDir = newDataDir()
    await (await start(dataDir)).stop()
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '15\n')
    await expect(start(dataDir)).rejects.toThrow('made by PostgreSQL 15')
  })

  it('runs as an ordinary user', async ({ skip }) => {
    if (!isRoot) skip('this run is an ordinary user already, as are all tests here')
    if (!canRun(...asNobody, process.execPath, '--version')) skip('another user cannot reach this Node')
    if (!canRun(...asNobody, 'test', '-r', holderPath)) skip('another user cannot reach this folder, as with one in /root')
    const dataDir = newDataDir()
    chownSync(dataDir, nobodyUid, nobodyUid)
    const holder = await startHolder(dataDir, asNobody)
    expect(uidOf(serverOf(dataDir))).toBe(nobodyUid)
    await holder.end()
  })

  it('as root, serves a cluster that belongs to another user as that user', async ({ skip }) => {
    if (!isRoot) skip('only root can run a process as another user')
    if (!canRun(...asNobody, 'test', '-r', holderPath)) skip('another user cannot reach this folder, as with one in /root')
    const dataDir = newDataDir()
    await (await start(dataDir)).stop()
    chmodSync(dataDir, 0o711)
    execFileSync('chown', ['-R', `${nobodyUid}:${nobodyUid}`, join(dataDir, 'postgres')])
    const postgres = await start(dataDir)
    await write(postgres.url, 1)
    expect(uidOf(postgres.pid)).toBe(nobodyUid)
  })
})

function canRun(program = '', ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const uidOf = (pid: number) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
