/**
 * Blobs as objects of an S3-compatible service. A small blob is one PUT under its name, whose digest the service checks;
 * a larger one is uploaded in parts under `tmp/` and copied to its name. Either way it appears at once and whole.
 *
 * An upload in parts whose writer died is invisible and yet paid for: give the bucket the lifecycle rule
 * AbortIncompleteMultipartUpload after a day.
 */
import { createHash } from 'node:crypto'
import { BlobMissing, type BlobStore, type Clock, type Random } from '../domain/ports.ts'
import { blobKey, isSha256Hex, temporaryName } from './blob-name.ts'
import { createPartedWriter, type PartedStore, type PartedUpload } from './parted-writer.ts'
import { createS3Client, type Fetch, type S3Client, S3Error, type S3Place } from './s3-client.ts'
import { xmlElements, xmlText } from './s3-xml.ts'
import { streamPieces } from './stream-pieces.ts'

const LEFTOVER_AGE_MS = 3_600_000

export interface S3BlobStoreOptions {
  fetch: Fetch
  clock: Clock
  random: Random
}

/**
 * The store in one bucket. S3 cannot remove on a condition: between `remove` looking at a blob's age and deleting it, another
 * writer of the same content may come, so the caller must keep that writer's row and the removal apart.
 */
export function createS3BlobStore(place: S3Place, { fetch, clock, random }: S3BlobStoreOptions): BlobStore {
  const s3 = createS3Client(place, { fetch, clock })
  const parted: PartedStore = {
    put: async (sha256, bytes) => {
      await s3({ method: 'PUT', key: blobKey(sha256), headers: { 'x-amz-content-sha256': sha256 }, body: bytes })
    },
    begin: () => beginUpload(s3, place.bucket, `tmp/${temporaryName(random)}`),
  }

  return {
    open: async () => createPartedWriter(parted),

    async *read(sha256, range) {
      const headers = range ? { range: `bytes=${range.start}-${range.end}` } : {}
      const response = await s3({ method: 'GET', key: blobKey(sha256), headers }).catch((error: unknown) => {
        if (isAnswer(error, 404)) throw new BlobMissing(sha256)
        // The range begins behind the end, and so holds nothing.
        if (isAnswer(error, 416)) return null
        throw error
      })
      // Some services answer more than the range asks for.
      if (response?.body) yield* streamPieces(response.body, range && range.end - range.start + 1)
    },

    async size(sha256) {
      const found = await head(s3, blobKey(sha256))
      return found && Number(found.headers.get('content-length'))
    },

    async remove(sha256, olderThanMs) {
      const found = await head(s3, blobKey(sha256))
      if (found === null) return true
      // The header counts whole seconds: the blob may have been written at the end of the one it names.
      if (Date.parse(found.headers.get('last-modified') ?? '') + 999 > olderThanMs) return false
      await s3({ method: 'DELETE', key: blobKey(sha256) })
      return true
    },

    async *list() {
      for await (const { name, folder, bytes, writtenAtMs } of listObjects(s3)) {
        if (isSha256Hex(name)) yield { sha256: name, bytes, writtenAtMs }
        else if (folder === 'tmp' && writtenAtMs < clock.nowMs() - LEFTOVER_AGE_MS) await s3({ method: 'DELETE', key: `tmp/${name}` })
      }
    },
  }
}

function isAnswer(error: unknown, status: number): boolean {
  return error instanceof S3Error && error.status === status && error.code !== 'NoSuchBucket'
}

function head(s3: S3Client, key: string): Promise<Response | null> {
  return s3({ method: 'HEAD', key }).catch((error: unknown) => {
    if (isAnswer(error, 404)) return null
    throw error
  })
}

async function beginUpload(s3: S3Client, bucket: string, key: string): Promise<PartedUpload> {
  const uploadId = await answerText(s3, { method: 'POST', key, query: { uploads: '' } }, 'UploadId')
  const etags: string[] = []
  return {
    async part(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const query = { partNumber: String(etags.length + 1), uploadId }
      const response = await s3({ method: 'PUT', key, query, headers: { 'x-amz-content-sha256': sha256 }, body: bytes })
      etags.push(response.headers.get('etag') ?? '')
    },

    async finish(sha256) {
      const parts = etags.map((etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('')
      const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`)
      await answerText(s3, { method: 'POST', key, query: { uploadId }, body }, 'ETag')
      await answerText(s3, { method: 'PUT', key: blobKey(sha256), headers: { 'x-amz-copy-source': `/${bucket}/${key}` } }, 'ETag')
      await s3({ method: 'DELETE', key })
    },

    async abort() {
      // Invisible leftovers are the lifecycle rule's to remove; they must not hide the failure that led here.
      await s3({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined)
    },
  }
}

/** Text of an element that a success always has. Completing and copying may answer 200 and then, within it, an error. */
async function answerText(s3: S3Client, request: Parameters<S3Client>[0], element: string): Promise<string> {
  const response = await s3(request)
  const xml = await response.text()
  const found = xmlText(xml, element)
  if (found === null) throw new S3Error(response.status, xmlText(xml, 'Code') ?? 'without an answer', request)
  return found
}

interface S3Object {
  /** First and last part of the key. */
  folder: string
  name: string
  bytes: number
  writtenAtMs: number
}

async function* listObjects(s3: S3Client): AsyncGenerator<S3Object> {
  let token: string | null = ''
  while (token !== null) {
    const query = { 'list-type': '2', ...(token === '' ? {} : { 'continuation-token': token }) }
    const xml = await (await s3({ method: 'GET', key: '', query })).text()
    for (const object of xmlElements(xml, 'Contents')) {
      const key = (xmlText(object, 'Key') ?? '').split('/')
      const writtenAtMs = Date.parse(xmlText(object, 'LastModified') ?? '')
      yield { folder: key[0] ?? '', name: key.at(-1) ?? '', bytes: Number(xmlText(object, 'Size')), writtenAtMs }
    }
    token = xmlText(xml, 'NextContinuationToken')
  }
}
