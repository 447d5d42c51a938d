/** Services over one database and one folder, for as many tenants as a test wants: what one exports another imports. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll } from 'vitest'
import { createListeningBell, ringingDispatcher } from '../../src/db/event-bell.ts'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { RequestError } from '../../src/domain/problem.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { checksums } from '../../src/media/checksums.ts'
import { createImageInspector } from '../../src/media/inspect-image.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { exportSession } from '../../src/services/export-session.ts'
import { importSession } from '../../src/services/import-session.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { recordingLogger } from '../support/recording-logger.ts'

export interface Place {
  clock: ManualClock
  /** The services as that tenant has them. */
  as(tenantId: string): ServiceContext
  /** Names of the blobs there are. */
  blobs(): Promise<string[]>
}

export async function openPlace(): Promise<Place> {
  const database = await freshDatabase({ max: 5 })
  const blobDir = await mkdtemp(join(tmpdir(), 'pentimento-bundle-'))
  const clock = createManualClock()
  const logger = recordingLogger()
  const blobs = createFsBlobStore(blobDir, { clock, random: systemRandom, durable: false })
  const bell = await createListeningBell(database.sql, clock, logger)
  const unused = () => Promise.reject(new Error('nothing is executed here'))
  afterAll(async () => {
    await bell.close()
    await database.close()
    await rm(blobDir, { recursive: true })
  })
  return {
    clock,
    as: (tenantId) => ({
      ...{ db: database.db, clock, random: systemRandom, logger, blobs, checksums, bell, requestId: 'req_test', traceParent: null },
      principal: { tenantId, kind: 'tenant', sessionId: null },
      signatures: createSignatureStore(database, { clock, random: systemRandom }),
      inspector: createImageInspector(blobs),
      pictures: { thumbnail: unused, toDisplayJpeg: unused },
      model: { attempt: unused },
      files: { upload: unused, get: unused, remove: unused },
      models: createModelStates(database.db, clock),
      ...{
        catalogue: BUILT_IN_CATALOGUE,
        policies: loadPolicy(null),
        endpoints: [],
        dispatcher: ringingDispatcher,
        webhooks: null,
        tracer: null,
      },
    }),
    blobs: async () => {
      const names: string[] = []
      for await (const { sha256 } of blobs.list()) names.push(sha256)
      return names.sort()
    },
  }
}

type Asked = Partial<Parameters<typeof exportSession>[0]['input']>

export async function exportBytes(ctx: ServiceContext, sessionId: string, asked: Asked): Promise<Buffer> {
  const { bytes } = await exportSession({ ctx, input: { sessionId, format: 'json', leaf: null, media: 'inline', ...asked } })
  return buffer(bytes)
}

/** @param pieceBytes how much of it arrives at once. */
export function importBytes(ctx: ServiceContext, format: 'json' | 'zip', bytes: Buffer, pieceBytes = 65_536) {
  return importSession({ ctx, input: { format, bytes: inPieces(bytes, pieceBytes) } })
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** What the import was refused with. Throws when it was not refused, and whatever else went wrong. */
export async function refusalOf(work: Promise<unknown>): Promise<RequestError> {
  const outcome = await work.then(
    () => 'it was imported',
    (error: unknown) => error,
  )
  if (!(outcome instanceof RequestError)) throw outcome instanceof Error ? outcome : new Error(String(outcome))
  return outcome
}
