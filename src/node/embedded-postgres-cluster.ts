/** A cluster's folder: made whole or not at all. */
import { execFile } from 'node:child_process'
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import { promisify } from 'node:util'
import type { Random } from '../domain/ports.ts'
import type { Identity, PostgresAccount } from './embedded-postgres-account.ts'
import type { PostgresBinaries } from './embedded-postgres-binaries.ts'
import { isAlive } from './embedded-postgres-postmaster.ts'

/** The cluster's superuser, the only role the service uses in a database of its own. */
export const clusterUser = 'pentimento'

export interface ClusterTools {
  binaries: PostgresBinaries
  account: PostgresAccount
  random: Random
}

const run = promisify(execFile)
const passwordFile = 'pentimento-password'
const reachable =
  'that user must be able to enter the folders above, and the programs; else start the service as an ordinary user or set DATABASE_URL'

/**
 * Makes the cluster unless it is there. `initdb` works in `<clusterDir>.tmp-<pid>`, renamed when it is whole, so that a
 * crash never leaves half a cluster; of two processes at once the first to rename wins and both go on with its cluster.
 *
 * @throws Error with initdb's own words, or when the cluster was made by another major version
 */
export async function ensureCluster(clusterDir: string, tools: ClusterTools): Promise<void> {
  const version = await clusterVersion(clusterDir)
  if (version === tools.binaries.major) return
  if (version !== null) {
    throw new Error(
      `the database in ${clusterDir} was made by PostgreSQL ${version}, but only PostgreSQL ${tools.binaries.major} is installed here: ` +
        `dump and reload it, or set DATABASE_URL to a PostgreSQL ${version} that serves it`,
    )
  }
  await mkdir(dirname(clusterDir), { recursive: true })
  await removeAbandoned(clusterDir)
  const workDir = `${clusterDir}.tmp-${process.pid}`
  try {
    await initdb(workDir, tools)
    await moveIntoPlace(join(workDir, 'cluster'), clusterDir)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** The password for TCP connections to this cluster; connections by its socket need none. */
export async function clusterPassword(clusterDir: string): Promise<string> {
  return await readFile(join(clusterDir, passwordFile), 'utf8')
}

/** Gives a file or folder to the account PostgreSQL runs under, where that is not our own. */
export async function giveTo(identity: Identity | null, path: string): Promise<void> {
  if (identity !== null) await chown(path, identity.uid, identity.gid)
}

async function clusterVersion(clusterDir: string): Promise<number | null> {
  return await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').then(Number, () => null)
}

async function initdb(workDir: string, { binaries, account, random }: ClusterTools): Promise<void> {
  const password = Buffer.from(random.bytes(24)).toString('base64url')
  const passwordPath = join(workDir, passwordFile)
  await mkdir(workDir, { mode: 0o700 })
  await writeFile(passwordPath, password, { mode: 0o600 })
  await Promise.all([giveTo(account.identity, workDir), giveTo(account.identity, passwordPath)])
  const clusterDir = join(workDir, 'cluster')
  const [program, args] = account.wrap(binaries.initdb, [
    ...['-D', clusterDir, '--username', clusterUser, '--pwfile', passwordPath],
    ...['--auth-local', 'trust', '--auth-host', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-instructions'],
  ])
  try {
    await run(program, args, { cwd: parse(workDir).root, env: binaries.env, ...account.identity })
  } catch (error) {
    const asOther =
      account.identity === null ? '' : ` (it runs as uid ${account.identity.uid}, for PostgreSQL refuses to be root: ${reachable})`
    throw new Error(`initdb could not make a database in ${dirname(workDir)}: ${lastLines(error)}${asOther}`)
  }
  await rename(passwordPath, join(clusterDir, passwordFile))
}

async function moveIntoPlace(from: string, clusterDir: string): Promise<void> {
  await rename(from, clusterDir).catch(async (error) => {
    if ((await clusterVersion(clusterDir)) === null) throw error
  })
}

/** Removes what an initdb that was killed left behind, unless the process it belongs to still lives. */
async function removeAbandoned(clusterDir: string): Promise<void> {
  const prefix = `${basename(clusterDir)}.tmp`
  const siblings = await readdir(dirname(clusterDir))
  for (const name of siblings.filter((sibling) => sibling.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length + 1))
    if (pid === 0 || pid === process.pid || !isAlive(pid)) await rm(join(dirname(clusterDir), name), { recursive: true, force: true })
  }
}

function lastLines(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  return stderr.trim().split('\n').slice(-5).join(' | ') || message
}
