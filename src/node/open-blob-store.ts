import type { Config } from '../config.ts'
import type { BlobStore, Clock, Random } from '../domain/ports.ts'
import { createFsBlobStore } from './fs-blob-store.ts'

/** The blob store that `BLOB_STORE` names. */
export function openBlobStore({ blobStore }: Config, parts: { clock: Clock; random: Random }): BlobStore {
  return createFsBlobStore(blobStore.kind === 'fs' ? blobStore.path : '', parts)
}
