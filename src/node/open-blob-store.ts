import type { Config } from '../config.ts'
import type { BlobStore, Clock, Random } from '../domain/ports.ts'
import { createS3BlobStore } from '../media/s3-blob-store.ts'
import { createFsBlobStore } from './fs-blob-store.ts'

/** The blob store that `BLOB_STORE` names. */
export function openBlobStore({ blobStore }: Config, { clock, random }: { clock: Clock; random: Random }): BlobStore {
  if (blobStore.kind === 'fs') return createFsBlobStore(blobStore.path, { clock, random })
  return createS3BlobStore(blobStore, { fetch, clock, random })
}
