/** Under which account PostgreSQL runs, and how it is told that its parent died. */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface PostgresAccount {
  /** What to run, given what should run: the program wrapped in `unshare` and `setpriv` where they work. */
  wrap(program: string, args: readonly string[]): [program: string, args: string[]]
  /** Set when we are root and hand the process to another user: the files it uses must be theirs. */
  identity: Identity | null
}

export interface Identity {
  uid: number
  gid: number
}

interface Candidate {
  identity: Identity | null
  prefix: readonly string[]
}

const nobody: Identity = { uid: 65534, gid: 65534 }
/** The postmaster gets SIGINT, a fast and clean shutdown, when the thread that started it dies in whatever way. */
const dieWithParent = ['setpriv', '--pdeathsig', 'INT', '--']
/** initdb and postgres refuse to be root. In a user namespace root sees itself as nobody and still owns its files. */
const notRoot = ['unshare', '-U', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`, '--']

const run = promisify(execFile)

/**
 * The best way to run PostgreSQL on this machine, found by trying. As root: a user namespace, or, where the kernel
 * or a container forbids that, uid 65534; a cluster that belongs to another user is served as that user.
 *
 * @param clusterDir the cluster's folder, which need not be there yet
 */
export async function choosePostgresAccount(clusterDir: string, currentUid = process.getuid?.() ?? null): Promise<PostgresAccount> {
  for (const candidate of candidates(currentUid, await ownerOf(clusterDir))) {
    if (await works(candidate)) return { identity: candidate.identity, wrap: (program, args) => wrapped(candidate, program, args) }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and neither a user namespace (unshare -U) nor another uid can be used here: ' +
      'start the service as an ordinary user, or set DATABASE_URL',
  )
}

function candidates(currentUid: number | null, owner: Identity | null): Candidate[] {
  if (currentUid !== 0) return withAndWithoutDeathSignal({ identity: null, prefix: [] })
  const inNamespace = withAndWithoutDeathSignal({ identity: null, prefix: notRoot })
  const asOther = withAndWithoutDeathSignal({ identity: owner ?? nobody, prefix: [] })
  if (owner === null) return [...inNamespace, ...asOther]
  return owner.uid === 0 ? inNamespace : asOther
}

function withAndWithoutDeathSignal({ identity, prefix }: Candidate): Candidate[] {
  return [
    { identity, prefix: [...prefix, ...dieWithParent] },
    { identity, prefix },
  ]
}

function wrapped({ prefix }: Candidate, program: string, args: readonly string[]): [string, string[]] {
  const [first = program, ...rest] = [...prefix, program, ...args]
  return [first, rest]
}

async function works(candidate: Candidate): Promise<boolean> {
  if (candidate.prefix.length === 0 && candidate.identity === null) return true
  return await run(...wrapped(candidate, 'true', []), { cwd: '/', ...candidate.identity }).then(
    () => true,
    () => false,
  )
}

async function ownerOf(clusterDir: string): Promise<Identity | null> {
  return await stat(clusterDir).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => null,
  )
}
