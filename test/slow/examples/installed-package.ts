/** The package as somebody installs it: packed, and unpacked into the node_modules of an empty project. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface InstalledPackage {
  /** The empty project. */
  dir: string
  remove(): Promise<void>
}

export async function installPackage(): Promise<InstalledPackage> {
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-installed-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dir], { cwd: ROOT, maxBuffer: 2 ** 24 })
  const file = /"filename":\s*"([^"]+\.tgz)"/.exec(stdout)?.[1]
  if (file === undefined) throw new Error(`npm pack named no file: ${stdout.slice(0, 500)}`)
  const home = join(dir, 'node_modules', 'pentimento')
  await mkdir(home, { recursive: true })
  await run('tar', ['-xzf', join(dir, file), '--strip-components=1', '-C', home])
  // What it depends on would be installed beside it; here it is there already.
  await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'))
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  return { dir, remove: () => rm(dir, { recursive: true }) }
}
