/** What a cluster's `postmaster.pid` and the process table say about who serves it. */
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a server listens: by its socket, and by TCP on loopback too when `tcp` is set. */
export interface PostgresAddress {
  /** Empty where there are no sockets (Windows). */
  socketDir: string
  /** Part of the socket's name too. */
  port: number
  tcp: boolean
}

export interface LivePostmaster {
  pid: number
  /** Null while it is starting or stopping. */
  address: PostgresAddress | null
}

/** The server that holds this cluster now, or null. Its file's lines: pid, folder, start, port, socket, TCP, memory, state. */
export async function livePostmaster(clusterDir: string): Promise<LivePostmaster | null> {
  const [pid, , , port, socketDir = '', tcpHost, , state] = await lines(join(clusterDir, 'postmaster.pid'))
  if (!(await isPostmasterOf(clusterDir, Number(pid)))) return null
  const ready = state?.trim() === 'ready'
  return { pid: Number(pid), address: ready ? { socketDir, port: Number(port), tcp: tcpHost !== '' } : null }
}

/**
 * Removes the lock files of a server that was killed where their process id belongs to somebody else by now: PostgreSQL
 * itself clears them when no such process lives, but in a container, where ids repeat, it would refuse for ever.
 */
export async function removeStaleLocks(clusterDir: string, { socketDir, port }: PostgresAddress): Promise<void> {
  for (const lock of [join(clusterDir, 'postmaster.pid'), join(socketDir, `.s.PGSQL.${port}.lock`)]) {
    const [pid] = await lines(lock)
    if (pid !== undefined && !(await isPostmasterOf(clusterDir, Number(pid)))) await rm(lock, { force: true })
  }
}

/** Whether the process lives and, where the system tells, works in the cluster's folder, as every postmaster does. */
export async function isPostmasterOf(clusterDir: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') return true
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(clusterDir))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}

/** Whether there is a process of this id, ours or not. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function lines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').slice(0, -1)
}
