/** One run of the `postgres` program: starting it, waiting until it answers, stopping it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { readFile, rmdir } from 'node:fs/promises'
import { parse } from 'node:path'
import { connect } from '../db/connect.ts'
import type { Clock } from '../domain/ports.ts'
import type { PostgresAccount } from './embedded-postgres-account.ts'
import type { PostgresBinaries } from './embedded-postgres-binaries.ts'
import { isPostmasterOf, livePostmaster, type PostgresAddress } from './embedded-postgres-postmaster.ts'

export interface ServerPlan {
  clusterDir: string
  address: PostgresAddress
  binaries: PostgresBinaries
  account: PostgresAccount
  /** False trades safety against a power cut for speed: for tests. */
  fsync: boolean
}

/** A server that answers, started by us or found. */
export interface PostgresServer {
  pid: number
  address: PostgresAddress
  /** Whether another process started it. */
  adopted: boolean
  /** Resolves when it has gone, for whatever reason; rejects when the signal aborts. */
  gone(signal: AbortSignal): Promise<void>
  /** Stops it when it is ours; a server somebody else started is theirs to stop. */
  stop(): Promise<void>
}

const shutdownGraceMs = 10_000
const startPollMs = 20
const watchMs = 500
const logBytesMax = 1_000_000

/**
 * What differs from PostgreSQL's defaults. Statements and values stay out of its log: they hold prompts and signatures. The log of
 * what is written is passed on early, by a process that nobody waits for: a signature fills it faster than a commit likes to find.
 */
const settings: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '128MB',
  wal_buffers: '16MB',
  wal_writer_flush_after: '256kB',
  unix_socket_permissions: '0700',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  timezone: 'UTC',
}
const unsafeSettings: Readonly<Record<string, string>> = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/**
 * Starts the server and waits until it is ready, however long its crash recovery takes.
 * Resolves to null when it exits instead; `logTail` says why.
 */
export async function launchServer(plan: ServerPlan, clock: Clock): Promise<PostgresServer | null> {
  const child = spawnPostgres(plan)
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  while (isRunning(child)) {
    const live = await livePostmaster(plan.clusterDir)
    if (live?.pid === child.pid && live?.address) return ownServer(child, live.address, clock)
    await Promise.race([exited, clock.sleep(startPollMs)])
  }
  return null
}

/** A server that another process started. */
export function foundServer(clusterDir: string, pid: number, address: PostgresAddress, clock: Clock): PostgresServer {
  const gone = async (signal: AbortSignal) => {
    while (await isPostmasterOf(clusterDir, pid)) await clock.sleep(watchMs, signal)
  }
  return { pid, address, adopted: true, gone, stop: async () => {} }
}

/** Whether a query succeeds there. */
export async function answers(url: string): Promise<boolean> {
  const { sql } = connect(url, { max: 1, applicationName: 'pentimento-start', connectTimeoutMs: 5_000, arrays: false })
  try {
    await sql`select 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** The last lines of the server's own log, for an error message. */
export async function logTail(clusterDir: string): Promise<string> {
  const text = await readFile(logPath(clusterDir), 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-6).join(' | ')
}

function spawnPostgres({ clusterDir, address, binaries, account, fsync }: ServerPlan): ChildProcess {
  const all = {
    ...settings,
    ...(fsync ? {} : unsafeSettings),
    port: String(address.port),
    listen_addresses: address.tcp ? '127.0.0.1' : '',
    unix_socket_directories: address.socketDir,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [program, args] = account.wrap(binaries.postgres, ['-D', clusterDir, ...flags])
  const log = openLog(clusterDir)
  // Its own process group: Ctrl-C in a terminal must reach the service, which drains first, and not the database.
  const options = { detached: true, cwd: parse(clusterDir).root, env: binaries.env }
  const child = spawn(program, args, { ...options, stdio: ['ignore', log, log], ...account.identity })
  closeSync(log)
  child.unref()
  return child
}

function openLog(clusterDir: string): number {
  const bytes = statSync(logPath(clusterDir), { throwIfNoEntry: false })?.size ?? 0
  return openSync(logPath(clusterDir), bytes > logBytesMax ? 'w' : 'a', 0o600)
}

function ownServer(child: ChildProcess, address: PostgresAddress, clock: Clock): PostgresServer {
  const gone = async (signal: AbortSignal) => {
    if (isRunning(child)) await once(child, 'exit', { signal })
  }
  const stop = async () => {
    if (!isRunning(child)) return
    const exited = once(child, 'exit')
    child.ref()
    // SIGINT is PostgreSQL's fast shutdown. Windows knows no such signal: there it recovers at its next start.
    child.kill('SIGINT')
    const inTime = new AbortController()
    const killed = clock.sleep(shutdownGraceMs, inTime.signal).then(
      () => child.kill('SIGQUIT'),
      () => false,
    )
    await exited
    inTime.abort()
    await killed
    // Another process may be starting its own server there already: then the folder is not empty and stays.
    await rmdir(address.socketDir).catch(() => {})
  }
  return { pid: child.pid ?? 0, address, adopted: false, gone, stop }
}

const isRunning = (child: ChildProcess) => child.pid !== undefined && child.exitCode === null && child.signalCode === null
const logPath = (clusterDir: string) => `${clusterDir}.log`
