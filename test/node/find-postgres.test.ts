import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { startPostgres } from '../../src/node/embedded-postgres.ts'
import { findSystemBinaries, linkLibraries } from '../../src/node/embedded-postgres-binaries.ts'
import { findPostgres } from '../../src/node/find-postgres.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { runDirPrefix } from '../support/test-cluster.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `${runDirPrefix}${process.pid}-`))
  folders.push(folder)
  return folder
}

const surroundings = () => ({ clock: systemClock, random: systemRandom, logger: recordingLogger() })

describe('findPostgres', () => {
  it('uses DATABASE_URL when there is one, and starts nothing', async () => {
    const dataDir = join(newFolder(), 'data')
    const found = await findPostgres({ ...surroundings(), databaseUrl: 'postgres://somewhere/else', dataDir })
    expect(found).toMatchObject({ url: 'postgres://somewhere/else', tcpUrl: 'postgres://somewhere/else' })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('can serve from a PostgreSQL installed on the machine', async ({ skip }) => {
    const binaries = await findSystemBinaries()
    if (binaries === null) return skip('no PostgreSQL is installed here')
    const folder = newFolder()
    const postgres = await startPostgres({ ...surroundings(), clusterDir: join(folder, 'postgres'), binaries, socketRoot: folder })
    const { sql } = connect(postgres.url, { max: 1, applicationName: 'test' })
    const [row] = await sql`select current_setting('server_version_num')::int / 10000 as major`
    await sql.end()
    await postgres.stop()
    expect(row?.major).toBe(binaries.major)
  })

  it('finds no system PostgreSQL where there is none', async () => {
    expect(await findSystemBinaries(newFolder(), newFolder())).toBeNull()
  })
})

describe('linkLibraries', () => {
  const links = (target: string) => JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target }])

  function newPackage(target: string): { nativeDir: string; linksDir: string } {
    const root = newFolder()
    mkdirSync(join(root, 'native/lib'), { recursive: true })
    writeFileSync(join(root, 'native/lib/libpq.so.5.18'), 'library')
    writeFileSync(join(root, 'native/pg-symlinks.json'), links(target))
    return { nativeDir: join(root, 'native'), linksDir: join(root, 'own-links') }
  }

  it('makes the links the package cannot carry beside the libraries, once, whoever comes first', async () => {
    const { nativeDir, linksDir } = newPackage('native/lib/libpq.so.5')
    const done = await Promise.all([linkLibraries(nativeDir, linksDir), linkLibraries(nativeDir, linksDir)])
    expect(done).toEqual([true, true])
    expect(readlinkSync(join(nativeDir, 'lib/libpq.so.5'))).toBe('libpq.so.5.18')
    expect(existsSync(linksDir)).toBe(false)
  })

  it('makes them in a folder of our own where they cannot be made beside the libraries', async () => {
    const { nativeDir, linksDir } = newPackage('native/not-there/libpq.so.5')
    expect(await linkLibraries(nativeDir, linksDir)).toBe(false)
    expect(readlinkSync(join(linksDir, 'libpq.so.5'))).toBe(join(nativeDir, 'lib/libpq.so.5.18'))
  })
})
