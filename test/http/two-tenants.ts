/** The whole service on a port, with keys, and two tenants who each have one of everything: for tests of what they must not see. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Environment, parseConfig } from '../../src/config.ts'
import { startService } from '../../src/node/start-service.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { encode } from '../media/picture-files.ts'
import { freshDatabase } from '../support/database.ts'
import { type LoggedEvent, recordingLogger } from '../support/recording-logger.ts'

/** What a tenant has of each kind. */
export interface Belongings {
  /** A session whose turn has succeeded. */
  ses: string
  trn: string
  /** Uploaded, and shown to that turn. */
  med: string
  tenant: string
  /** Id of a key that opens it. */
  key: string
  /** Good for that session. */
  token: string
}

export interface TwoTenants {
  url: string
  logged: LoggedEvent[]
  owner: Belongings
  rival: Belongings
  /** Gives the tenant a session, a turn and a picture more. `widthPx` tells pictures apart. */
  settle(tenant: Tenant, widthPx: number): Promise<Belongings>
  /** Makes the tenant a key; its id. */
  makeKey(tenant: Tenant): Promise<string>
  close(): Promise<void>
}

export type Tenant = 'owner' | 'rival'

export const keyOf = (holder: Tenant | 'admin') => `key-of-${holder}-f3a9`
export const as = (holder: Tenant | 'admin') => ({ Authorization: `Bearer ${keyOf(holder)}` })

/** Pictures of a few hundred bytes, at once. */
const QUICK = { timeScale: 0, signatureBytes: { min: 120, max: 180 }, edge1kPx: 64, textRate: 0 }

/** @param env laid over what the service is started with */
export async function openTwoTenants(env: Environment = {}): Promise<TwoTenants> {
  const database = await freshDatabase({ max: 1 })
  const dataDir = await mkdtemp(join(tmpdir(), 'pentimento-tenants-'))
  const simulator = await startSimulator(QUICK)
  const logger = recordingLogger()
  const config = parseConfig({
    ...{ DATABASE_URL: database.url, DATA_DIR: dataDir, PORT: '0', DRAIN_MS: '2000' },
    ...{ GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url },
    ...{ API_KEYS: `owner:${keyOf('owner')},rival:${keyOf('rival')}`, ADMIN_API_KEY: keyOf('admin') },
    ...env,
  })
  if ('problems' in config) throw new Error(config.problems.join('\n'))
  const service = await startService(config.ok, { logger })
  const settle = (tenant: Tenant, widthPx: number) => settleAt(service.url, tenant, widthPx)
  return {
    ...{ url: service.url, logged: logger.events, settle, makeKey: (tenant) => makeKeyAt(service.url, tenant) },
    owner: await settle('owner', 20),
    rival: await settle('rival', 30),
    close: async () => {
      await service.close()
      await simulator.close()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function settleAt(url: string, tenant: Tenant, widthPx: number): Promise<Belongings> {
  const post = async (path: string, body: unknown) => {
    const sent = body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
    const type = body instanceof Uint8Array ? 'image/png' : 'application/json'
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      body: sent,
      headers: { ...as(tenant), 'Content-Type': type },
    })
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { id: string; token: string }
  }
  const { id: med } = await post('/v1/media', await encode('png', widthPx, 10))
  const { id: ses } = await post('/v1/sessions', { title: `A title of ${tenant}`, onConflict: 'enqueue' })
  const parts = [
    { type: 'text', text: `A prompt of ${tenant}` },
    { type: 'image', mediaId: med },
  ]
  const { id: trn } = await post(`/v1/sessions/${ses}/turns`, { parts })
  const events = await (await fetch(`${url}/v1/turns/${trn}/events`, { headers: as(tenant) })).text()
  if (!events.includes('event: turn.succeeded')) throw new Error(`the turn of ${tenant} did not succeed: ${events}`)
  const { token } = await post(`/v1/sessions/${ses}/tokens`, {})
  return { ses, trn, med, tenant, token, key: await makeKeyAt(url, tenant) }
}

async function makeKeyAt(url: string, tenant: Tenant): Promise<string> {
  const headers = { ...as('admin'), 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/v1/keys`, { method: 'POST', headers, body: JSON.stringify({ tenant, name: 'a test' }) })
  return ((await answer.json()) as { id: string }).id
}
