/** Sessions with a past: rows and blobs as the service itself would have left them, written without running a turn. */
import { eq } from 'drizzle-orm'
import { upsertMedia } from '../../../src/db/media-queries.ts'
import { parts, sessions, tenants, turns } from '../../../src/db/schema.ts'
import { createSignatureStore } from '../../../src/db/signature-store.ts'
import { type IdPrefix, makeId } from '../../../src/domain/ids.ts'
import type { Hole } from '../../../src/domain/part.ts'
import { DEFAULT_SESSION_SETTINGS, type HistorySettings } from '../../../src/domain/session.ts'
import { createFsBlobStore } from '../../../src/node/fs-blob-store.ts'
import { systemClock as clock } from '../../../src/runtime/clock.ts'
import { systemRandom as random } from '../../../src/runtime/random.ts'
import { createPainter } from '../../../src/simulator/drawing/painter.ts'
import { createSignatureMint } from '../../../src/simulator/generate/signature.ts'
import { simulatorOptionsSchema } from '../../../src/simulator/options.ts'
import type { Stage } from './stage.ts'

export interface Past {
  turns: number
  /** Of the one picture of each turn. */
  imageBytes: number
  /** Characters of its signature, as they travel. */
  signatureBytes: number
  history?: HistorySettings
}

export const SEEDED_MODEL = 'gemini-3-pro-image'
const TENANT = 'local'
const SIGNED_IMAGE = '{"inlineData":{"mimeType":"image/jpeg","data":""},"thoughtSignature":""}'
const IMAGE_AT = SIGNED_IMAGE.indexOf('""') + 1
const SIGNATURE_AT = SIGNED_IMAGE.lastIndexOf('""') + 1

const mint = createSignatureMint({ secret: 'simulated', models: [SEEDED_MODEL], fast: false })

/** Returns the session's id; its head is the last turn. Every picture and every signature is one of a kind. */
export async function seedSession(stage: Stage, past: Past): Promise<string> {
  const { db } = stage.connection
  const nowMs = clock.nowMs()
  const id = newId('ses')
  await db.insert(tenants).values({ id: TENANT, createdAtMs: nowMs }).onConflictDoNothing()
  const { models: _chain, safetySettings: _none, title: _title, ...settings } = DEFAULT_SESSION_SETTINGS
  const history = past.history ?? settings.history
  await db
    .insert(sessions)
    .values({ ...settings, metadata: {}, safetySettings: [], history, id, tenantId: TENANT, createdAtMs: nowMs, updatedAtMs: nowMs })
  const paint = createPainter(simulatorOptionsSchema.parse({ drawing: 'canned', imageBytes: past.imageBytes }))
  let headTurnId: string | null = null
  for (let depth = 0; depth < past.turns; depth++) {
    const order = { model: SEEDED_MODEL, mimeType: 'image/jpeg', imageSize: '1K', prompt: 'seeded', draft: false } as const
    const picture = await paint({ ...order, responseId: newId('upl'), inputs: [], references: [] })
    headTurnId = await seedTurn(stage, { sessionId: id, parentId: headTurnId, depth }, picture, past.signatureBytes)
  }
  await db.update(sessions).set({ headTurnId }).where(eq(sessions.id, id))
  return id
}

interface Place {
  sessionId: string
  parentId: string | null
  depth: number
}

async function seedTurn(stage: Stage, place: Place, picture: Buffer, signatureBytes: number): Promise<string> {
  const { db } = stage.connection
  const image = await seedImage(stage, picture)
  const writer = await createSignatureStore(stage.connection, { clock, random }).open()
  await writer.write(signatureOf(image.sha256, signatureBytes))
  const signature = await writer.commit()
  const nowMs = clock.nowMs()
  const id = newId('trn')
  await db.insert(turns).values({
    ...{ id, tenantId: TENANT, ...place, image: {}, policy: {}, metadata: {}, degraded: [] },
    ...{ status: 'succeeded', version: 1, outputAttempt: 1, model: SEEDED_MODEL, fidelity: 'exact' },
    ...{ createdAtMs: nowMs, startedAtMs: nowMs, endedAtMs: nowMs },
  })
  const holes: Hole[] = [
    { at: IMAGE_AT, holds: 'image', sha256: image.sha256, bytes: picture.length, alphabet: 'base64', padded: true },
    { at: SIGNATURE_AT, holds: 'signature', ...signature },
  ]
  await db.insert(parts).values([
    { turnId: id, attempt: 0, ordinal: 0, raw: JSON.stringify({ text: `edit number ${place.depth}` }), holes: [] },
    {
      ...{ turnId: id, attempt: 1, ordinal: 0, raw: SIGNED_IMAGE, holes, mediaId: image.mediaId },
      ...{ signatureSha256: signature.sha256, mintedByApi: 'gemini', mintedByModel: SEEDED_MODEL },
    },
  ])
  return id
}

async function seedImage({ connection, blobDir }: Stage, picture: Buffer): Promise<{ mediaId: string; sha256: string }> {
  const writer = await createFsBlobStore(blobDir, { clock, random, durable: false }).open()
  await writer.write(picture)
  const blob = await writer.commit()
  const about = { mimeType: 'image/jpeg', width: 1024, height: 1024, lineage: null, createdAtMs: clock.nowMs() } as const
  const { id } = await upsertMedia(connection.db, { id: newId('med'), tenantId: TENANT, ...blob, ...about })
  return { mediaId: id, sha256: blob.sha256 }
}

/** One that the simulator takes for its own. */
function signatureOf(contentSha256: string, characterCount: number): Buffer {
  const nonce = Buffer.from(random.bytes(16))
  const signed = mint.sign({ model: SEEDED_MODEL, nonce, length: Math.floor(characterCount / 4) * 3, contentSha256 })
  return Buffer.from(signed.toString('base64'), 'latin1')
}

function newId(prefix: IdPrefix): string {
  return makeId(prefix, clock.nowMs(), random.bytes(10))
}
