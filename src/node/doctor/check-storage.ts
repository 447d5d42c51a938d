/** Where pictures go: a blob written, read and removed again, and room on the disk. */
import { statfs } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Config } from '../../config.ts'
import type { BlobStore } from '../../domain/ports.ts'
import { openBlobStore } from '../open-blob-store.ts'
import type { Surroundings } from './check-postgres.ts'
import { explain, soon } from './explain.ts'
import { broken, doubtful, type Finding, fine } from './finding.ts'

const PROBE_BYTES = 64
const PATIENCE_MS = 15_000
/** Some 2,000 pictures of 2K; PostgreSQL stops taking writes where there is none left. */
const FREE_BYTES_WANTED = 5e9
const FREE_BYTES_MIN = 5e8

export async function checkStorage(config: Config, { clock, random }: Surroundings): Promise<Finding[]> {
  const { blobStore, databaseUrl, dataDir } = config
  const name =
    blobStore.kind === 'fs'
      ? `The folder of pictures, ${blobStore.path},`
      : `The bucket ${blobStore.bucket} at ${new URL(blobStore.endpoint).host}`
  const blobs = openBlobStore(config, { clock, random })
  const probed = await soon(clock, PATIENCE_MS, probe(blobs, random.bytes(PROBE_BYTES), clock.nowMs())).then(
    () => fine(`${name} takes, gives back and removes what it is given`),
    (error: unknown) => broken(`${name} cannot be used: ${explain(error)}`, MENDS[blobStore.kind]),
  )
  const folders = [...(databaseUrl === null ? [dataDir] : []), ...(blobStore.kind === 'fs' ? [blobStore.path] : [])].map((one) =>
    resolve(one),
  )
  const outermost = folders.filter((one) => !folders.some((other) => one.startsWith(`${other}${sep}`)))
  return [probed, ...(await Promise.all([...new Set(outermost)].map(checkRoom)))]
}

const MENDS = {
  fs: 'make the folder, and let the user the service runs as write there; or name another in BLOB_STORE',
  s3: 'see to the endpoint, the keys, and rights to put, get, list and delete objects',
} as const

/** What was taken is of the moment before, so that removing it is allowed. */
async function probe(blobs: BlobStore, bytes: Uint8Array, nowMs: number): Promise<void> {
  const writer = await blobs.open()
  await writer.write(bytes)
  const { sha256 } = await writer.commit()
  const read = await buffer(blobs.read(sha256))
  const removed = await blobs.remove(sha256, nowMs + 86_400_000)
  if (!read.equals(bytes)) throw new Error('what came back is not what was written')
  if (!removed) throw new Error('what was written could not be removed')
}

async function checkRoom(folder: string): Promise<Finding> {
  const freeBytes = await freeBytesAbove(folder)
  const free = `${(freeBytes / 1e9).toFixed(1)} GB are free for ${folder}`
  const mend = 'make room: a picture of 2K and its signature take 2 to 8 MB'
  if (freeBytes < FREE_BYTES_MIN) return broken(free, mend)
  return freeBytes < FREE_BYTES_WANTED ? doubtful(free, mend) : fine(free)
}

/** Of the folder's disk, or of the first above it that is there. */
async function freeBytesAbove(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder, { bigint: true })
    return Number(bavail * bsize)
  } catch (error) {
    if (dirname(folder) === folder) throw error
    return freeBytesAbove(dirname(folder))
  }
}
