import { expect, test } from 'vitest'
import { insertKey, revokeKeyRow } from '../../src/db/key-queries.ts'
import { ensureTenant } from '../../src/db/session-queries.ts'
import { changeTenant } from '../../src/db/tenant-queries.ts'
import { SCOPES } from '../../src/domain/key.ts'
import { createKeyRing } from '../../src/http/middleware/api-keys.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { createDoorkeeper } from '../../src/services/doorkeeper.ts'
import { digestOfSecret, makeSecret } from '../../src/services/key-secret.ts'
import { remember } from '../../src/services/remembered.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { recordingLogger } from '../support/recording-logger.ts'

/** A doorkeeper whom nobody tells anything, over a database with one key. */
async function openDoor() {
  const asked: string[] = []
  const { db } = await freshDatabase({ max: 2, onStatement: (text) => asked.push(text) })
  const clock = createManualClock()
  const logger = recordingLogger()
  const secret = makeSecret(systemRandom)
  await ensureTenant(db, 'atelier', clock.nowMs())
  const key = { tenantId: 'atelier', name: 'a test', scopes: SCOPES, expiresAtMs: null }
  await insertKey(db, 'key_1', key, await digestOfSecret(secret), clock.nowMs())
  const behind: Promise<void>[] = []
  const sha256 = await digestOfSecret(secret)
  const doorkeeper = createDoorkeeper({ db, clock, logger, background: (work) => void behind.push(work) })
  asked.length = 0
  return { doorkeeper, db, clock, logger, secret, sha256, asked, behind }
}

test('a key is looked up once in five seconds, and its use is noted once a minute', async () => {
  const { doorkeeper, clock, sha256, asked, behind } = await openDoor()
  await Promise.all(Array.from({ length: 50 }, () => doorkeeper.keyOf(sha256)))
  await Promise.all(behind)
  expect(asked.map((text) => text.split(' ')[0])).toEqual(['select', 'update'])
  await clock.advance(4_999)
  await doorkeeper.keyOf(sha256)
  expect(asked).toHaveLength(2)
  await clock.advance(1)
  await doorkeeper.keyOf(sha256)
  expect(asked).toHaveLength(3)
  await clock.advance(55_000)
  await doorkeeper.keyOf(sha256)
  await Promise.all(behind)
  expect(asked.map((text) => text.split(' ')[0])).toEqual(['select', 'update', 'select', 'select', 'update'])
})

test('a revocation that was not heard is known after five seconds', async () => {
  const { doorkeeper, db, clock, sha256 } = await openDoor()
  expect(await doorkeeper.keyOf(sha256)).toMatchObject({ id: 'key_1' })
  await revokeKeyRow(db, 'key_1', clock.nowMs())
  expect(await doorkeeper.keyOf(sha256)).toMatchObject({ id: 'key_1' })
  await clock.advance(5_000)
  expect(await doorkeeper.keyOf(sha256)).toBeNull()
})

test('what cannot be a key is not looked for, and a key nobody has is looked for once', async () => {
  const { doorkeeper, secret, asked } = await openDoor()
  const keys = createKeyRing({ apiKeys: [], adminKey: 'k-admin' }, doorkeeper)
  for (const nonsense of ['', 'pen_', 'k-adm', `pen_${'a'.repeat(44)}`, `pen_${'\u0000'.repeat(43)}`])
    expect(await keys.find(nonsense)).toBeNull()
  expect(await keys.find('k-admin')).toMatchObject({ kind: 'admin' })
  expect(asked).toHaveLength(0)
  const unknown = makeSecret(systemRandom)
  for (let n = 0; n < 5; n++) expect(await keys.find(unknown)).toBeNull()
  expect(asked).toHaveLength(1)
  expect(await keys.find(secret)).toMatchObject({ tenantId: 'atelier', kind: 'tenant', keyId: 'key_1' })
})

test('a tenant without a limit costs one look in five seconds, a limited one a statement a request, and none once it has had its share', async () => {
  const { doorkeeper, db, clock, asked } = await openDoor()
  for (let n = 0; n < 20; n++) expect(await doorkeeper.countRequest('atelier')).toBeNull()
  expect(asked).toHaveLength(1)
  await changeTenant(db, 'atelier', { requestsPerMinute: 3 })
  await clock.advance(5_000)
  asked.length = 0
  const refused = []
  for (let n = 0; n < 10; n++) refused.push((await doorkeeper.countRequest('atelier'))?.refused)
  expect(refused).toEqual([...Array(3).fill(false), ...Array(7).fill(true)])
  expect(asked).toHaveLength(1 + 3)
})

test('a use that could not be noted lets the key in all the same, and says so without the secret', async () => {
  const { doorkeeper, db, logger, secret, sha256, behind } = await openDoor()
  await doorkeeper.keyOf(sha256)
  await Promise.all(behind)
  doorkeeper.forget()
  const failing = createDoorkeeper({
    ...{ clock: createManualClock(Date.UTC(2027, 0)), logger, background: (work: Promise<void>) => void behind.push(work) },
    db: Object.assign(Object.create(db), { update: () => ({ set: () => ({ where: () => Promise.reject(new Error('no disk')) }) }) }),
  })
  expect(await failing.keyOf(sha256)).toMatchObject({ id: 'key_1' })
  await Promise.all(behind)
  expect(logger.events).toMatchObject([{ level: 'warn', event: 'key.use_not_noted', fields: { keyId: 'key_1' } }])
  expect(JSON.stringify(logger.events)).not.toContain(secret)
})

test('a look that fails is not remembered, and no more is remembered than is meant to be', async () => {
  const clock = createManualClock()
  const looks: string[] = []
  const load = async (name: string) => {
    looks.push(name)
    if (looks.length === 1) throw new Error('out of reach')
    return name
  }
  const remembered = remember({ clock, forMs: 1_000, entriesMax: 2, load })
  await expect(remembered.get('a')).rejects.toThrow('out of reach')
  expect(await remembered.get('a')).toBe('a')
  for (const name of ['b', 'b', 'c', 'b', 'c', 'a']) await remembered.get(name)
  expect(looks).toEqual(['a', 'a', 'b', 'c', 'a'])
})
