/** Where a cluster's server listens, and the URLs that say so. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { lstat, mkdir, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Identity } from './embedded-postgres-account.ts'
import { clusterPassword, clusterUser, giveTo } from './embedded-postgres-cluster.ts'
import type { PostgresAddress } from './embedded-postgres-postmaster.ts'

export interface PostgresUrls {
  url: string
  /** The same database by TCP, password included; null when the server does not listen there. */
  tcpUrl: string | null
}

/** The kernel's limit for a socket's whole path is 104 bytes on macOS, 108 on Linux. */
const socketPathBytesMax = 100
const defaultPort = 5432

/**
 * The address a cluster's server gets: a socket in a short path that depends on the cluster alone, so that it stays the
 * same from start to start, and with `tcp` a free port.
 */
export async function chooseAddress(clusterDir: string, tcp: boolean, socketRoot = tmpdir()): Promise<PostgresAddress> {
  const port = tcp ? await freePort() : defaultPort
  if (process.platform === 'win32') return { socketDir: '', port, tcp }
  const name = createHash('sha256')
    .update(await realpath(clusterDir))
    .digest('hex')
    .slice(0, 12)
  const folders = [socketRoot, '/tmp'].map((folder) => join(folder, `pentimento-${name}`))
  const socketDir =
    folders.find((folder) => Buffer.byteLength(`${folder}/.s.PGSQL.${port}`) <= socketPathBytesMax) ?? `/tmp/pentimento-${name}`
  return { socketDir, port, tcp }
}

/** Makes the socket's folder, which nobody else may enter: its permissions are what guards the database. */
export async function makeSocketDir(socketDir: string, identity: Identity | null): Promise<void> {
  if (socketDir === '') return
  await mkdir(socketDir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const { uid, mode } = await lstat(socketDir)
  const ours = [process.getuid?.(), identity?.uid].includes(uid)
  if (!ours || (mode & 0o170077) !== 0o040000) {
    throw new Error(`the folder ${socketDir} for PostgreSQL's socket is not a folder of ours with mode 0700: remove it, or set TMPDIR`)
  }
  await giveTo(identity, socketDir)
}

/** How to reach the cluster's server at this address. */
export async function urlsOf(clusterDir: string, { socketDir, port, tcp }: PostgresAddress): Promise<PostgresUrls> {
  const socketUrl = `postgres://${clusterUser}@localhost:${port}/postgres?host=${encodeURIComponent(socketDir)}`
  if (!tcp) return { url: socketUrl, tcpUrl: null }
  const tcpUrl = `postgres://${clusterUser}:${await clusterPassword(clusterDir)}@127.0.0.1:${port}/postgres`
  return { url: socketDir === '' ? tcpUrl : socketUrl, tcpUrl }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : defaultPort
}
