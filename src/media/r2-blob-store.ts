/** Blobs as objects of a Cloudflare R2 bucket, reached by its binding. Every write has its digest checked by R2. */
import { BlobMissing, type BlobStore, type Clock, type Random } from '../domain/ports.ts'
import { blobKey, isSha256Hex, temporaryName } from './blob-name.ts'
import { createPartedWriter, type PartedStore, type PartedUpload } from './parted-writer.ts'
import type { R2BucketBinding, R2ObjectHead } from './r2-binding.ts'
import { streamPieces } from './stream-pieces.ts'

const LEFTOVER_AGE_MS = 3_600_000

/**
 * The store in one bucket. R2 cannot remove on a condition: between `remove` looking at a blob's age and deleting it, another
 * writer of the same content may come, so the caller must keep that writer's row and the removal apart.
 */
export function createR2BlobStore(bucket: R2BucketBinding, { clock, random }: { clock: Clock; random: Random }): BlobStore {
  const parted: PartedStore = {
    put: async (sha256, bytes) => {
      await bucket.put(blobKey(sha256), bytes, { sha256 })
    },
    begin: () => beginUpload(bucket, `tmp/${temporaryName(random)}`),
  }

  return {
    open: async () => createPartedWriter(parted),

    async *read(sha256, range) {
      const key = blobKey(sha256)
      const length = range && range.end - range.start + 1
      if (range && (await isBehindEnd(bucket, key, range.start))) return
      const object = await bucket.get(key, range && { range: { offset: range.start, length } })
      if (object === null) throw new BlobMissing(sha256)
      yield* streamPieces(object.body, length)
    },

    async size(sha256) {
      return (await bucket.head(blobKey(sha256)))?.size ?? null
    },

    async remove(sha256, olderThanMs) {
      const key = blobKey(sha256)
      const found = await bucket.head(key)
      if (found === null) return true
      if (found.uploaded.getTime() > olderThanMs) return false
      await bucket.delete(key)
      return true
    },

    async *list() {
      for await (const { key, size, uploaded } of listObjects(bucket)) {
        const sha256 = key.split('/').at(-1) ?? ''
        const writtenAtMs = uploaded.getTime()
        if (isSha256Hex(sha256)) yield { sha256, bytes: size, writtenAtMs }
        else if (key.startsWith('tmp/') && writtenAtMs < clock.nowMs() - LEFTOVER_AGE_MS) await bucket.delete(key)
      }
    },
  }
}

/** R2 has no copy: the parts become one object under a temporary name, which is then streamed to its own. */
async function beginUpload(bucket: R2BucketBinding, key: string): Promise<PartedUpload> {
  const upload = await bucket.createMultipartUpload(key)
  const parts: { partNumber: number; etag: string }[] = []
  return {
    async part(bytes) {
      parts.push(await upload.uploadPart(parts.length + 1, bytes))
    },

    async finish(sha256) {
      await upload.complete(parts)
      const whole = await bucket.get(key)
      if (whole === null) throw new Error('R2 lost an upload that it had completed')
      await bucket.put(blobKey(sha256), whole.body, { sha256 })
      await bucket.delete(key)
    },

    abort: () => upload.abort(),
  }
}

/** A range that begins behind the end is an error to R2, and holds nothing to us. */
async function isBehindEnd(bucket: R2BucketBinding, key: string, start: number): Promise<boolean> {
  const found = await bucket.head(key)
  return found !== null && start >= found.size
}

async function* listObjects(bucket: R2BucketBinding): AsyncGenerator<R2ObjectHead> {
  let page = await bucket.list({})
  for (;;) {
    yield* page.objects
    if (!page.truncated || page.cursor === undefined) return
    page = await bucket.list({ cursor: page.cursor })
  }
}
