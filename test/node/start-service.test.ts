import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { startService } from '../../src/node/start-service.ts'
import { freshDatabase } from '../support/database.ts'
import { recordingLogger } from '../support/recording-logger.ts'

it('a service whose port is taken says which, and what to change', async () => {
  const { url } = await freshDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-start-'))
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(async () => {
    other.close()
    await rm(dir, { recursive: true })
  })
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const config = parseConfig({ GEMINI_API_KEY: 'k', DATABASE_URL: url, DATA_DIR: dir, PORT: port })
  if ('problems' in config) throw new Error(config.problems.join())
  await expect(startService(config.ok, { logger: recordingLogger() })).rejects.toThrow(
    `127.0.0.1:${port} is taken by another process; choose another PORT`,
  )
})
