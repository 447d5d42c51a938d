/** The resumable upload protocol of the Files API (wire-facts §3.1): start, chunks, and after a broken one a question how far it came. */
import type { ImageBlob } from '../domain/part.ts'
import { type BlobStore, type UpstreamFile, UpstreamFileError } from '../domain/ports.ts'
import { callFiles, type FileAnswer, type FileCallContext, fileError } from './file-calls.ts'
import { readWireFile } from './wire-file.ts'

/** Every chunk but the last must be a multiple of what the upstream says; this is what it says. */
const CHUNK_BYTES = 8 * 1024 * 1024
/** Broken chunks in a whole upload, and the first of the doubling waits after them. */
const BREAKS_MAX = 3
const FIRST_WAIT_MS = 1000
/** Failures that a second try may mend. */
const PASSING: ReadonlySet<string> = new Set(['unreachable', 'overloaded', 'upstream_fault'])

export interface UploadContext extends FileCallContext {
  blobs: BlobStore
}

interface Progress {
  status: 'active' | 'final'
  /** Bytes the upstream has; all of them where `status` is `final`. */
  receivedBytes: number
  /** The file, once it is final. */
  body: string
}

/** Throws `UpstreamFileError`, `BlobMissing` and the signal's reason. */
export async function uploadResumably(context: UploadContext, image: ImageBlob): Promise<UpstreamFile> {
  const path = await perseveringly(context, () => start(context, image))
  let progress: Progress = { status: 'active', receivedBytes: 0, body: '' }
  let breaks = 0
  while (progress.status !== 'final') {
    try {
      progress = await sendChunk(context, path, image, progress.receivedBytes)
    } catch (error) {
      breaks += 1
      await waitOrThrow(context, error, breaks)
      progress = await perseveringly(context, () => queryProgress(context, path, image))
    }
  }
  const file = readWireFile(progress.body, context.clock.nowMs())
  if (file === null) throw fileError(context.endpoint, 'upstream_fault', 'the finished upload was answered without a file')
  return file
}

async function start(context: UploadContext, image: ImageBlob): Promise<string> {
  const body = JSON.stringify({ file: { displayName: image.sha256 } })
  const answer = await callFiles(context, {
    method: 'POST',
    path: '/upload/v1beta/files',
    headers: {
      'content-type': 'application/json',
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(image.bytes),
      'x-goog-upload-header-content-type': image.mimeType,
    },
    body,
    contentLength: body.length,
  })
  const url = answer.headers['x-goog-upload-url']
  if (url === undefined || !URL.canParse(url)) throw fileError(context.endpoint, 'upstream_fault', 'the upload was given no address')
  return pathBelow(context.endpoint.baseUrl, url)
}

/** Behind a relay the address may name Google's own host; the way there is the endpoint's, as in Google's SDK (wire-facts §7). */
function pathBelow(baseUrl: string, url: string): string {
  const base = baseUrl.replace(/\/+$/, '')
  const { pathname, search } = new URL(url)
  return url.startsWith(`${base}/`) ? url.slice(base.length) : pathname + search
}

async function sendChunk(context: UploadContext, path: string, image: ImageBlob, offset: number): Promise<Progress> {
  const contentLength = Math.min(CHUNK_BYTES, image.bytes - offset)
  const isLast = offset + contentLength === image.bytes
  const range = { start: offset, end: offset + contentLength - 1 }
  const answer = await callFiles(context, {
    method: 'POST',
    path,
    headers: { 'x-goog-upload-offset': String(offset), 'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload' },
    body: contentLength > 0 ? context.blobs.read(image.sha256, range) : null,
    contentLength,
  })
  const progress = progressOf(context, answer, offset + contentLength)
  if (isLast && progress.status !== 'final') throw fileError(context.endpoint, 'upstream_fault', 'the finished upload is still open')
  return progress
}

async function queryProgress(context: UploadContext, path: string, image: ImageBlob): Promise<Progress> {
  const answer = await callFiles(context, { method: 'POST', path, headers: { 'x-goog-upload-command': 'query' } })
  const received = Number(answer.headers['x-goog-upload-size-received'] ?? 0)
  return progressOf(context, answer, Math.min(Number.isSafeInteger(received) ? received : 0, image.bytes))
}

function progressOf({ endpoint }: UploadContext, { headers, body }: FileAnswer, receivedBytes: number): Progress {
  const status = headers['x-goog-upload-status']
  if (status === 'active' || status === 'final') return { status, receivedBytes, body }
  throw fileError(endpoint, 'upstream_fault', `the upload is ${status ?? 'in an unknown state'}`)
}

/** Tries again after a failure that may pass. */
async function perseveringly<T>(context: UploadContext, call: () => Promise<T>): Promise<T> {
  for (let breaks = 1; ; breaks += 1) {
    try {
      return await call()
    } catch (error) {
      await waitOrThrow(context, error, breaks)
    }
  }
}

async function waitOrThrow({ clock, signal }: UploadContext, error: unknown, breaks: number): Promise<void> {
  const mayPass = error instanceof UpstreamFileError && PASSING.has(error.answer.outcome)
  if (!mayPass || breaks > BREAKS_MAX) throw error
  await clock.sleep(FIRST_WAIT_MS * 2 ** (breaks - 1), signal)
}
