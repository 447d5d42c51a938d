/** The Files API as `ModelFiles` (wire-facts §3). */
import type { Endpoint } from '../domain/endpoint.ts'
import { type BlobStore, type Clock, type ModelFiles, type UpstreamFile, UpstreamFileError } from '../domain/ports.ts'
import { endpointOf } from './call-endpoint.ts'
import { callFiles, type FileCallContext, fileError } from './file-calls.ts'
import { uploadResumably } from './resumable-upload.ts'
import type { Transport } from './transport.ts'
import { readWireFile } from './wire-file.ts'

/** Images are ready at once; what is not ready after this long will not be in time for the turn. */
const READY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 1000

export interface GeminiFilesOptions {
  endpoints: readonly Endpoint[]
  transport: Transport
  blobs: BlobStore
  clock: Clock
}

/** Besides `UpstreamFileError`, every call throws the signal's reason when it aborts. */
export function createGeminiFiles({ endpoints, transport, blobs, clock }: GeminiFilesOptions): ModelFiles {
  const contextOf = (endpointId: string, signal: AbortSignal) => ({ endpoint: endpointOf(endpoints, endpointId), transport, clock, signal })
  return {
    async upload(endpointId, image, signal) {
      const context = contextOf(endpointId, signal)
      return untilReady(context, await uploadResumably({ ...context, blobs }, image))
    },
    get: (endpointId, name, signal) => getFile(contextOf(endpointId, signal), name),
    remove: async (endpointId, name, signal) => {
      await unlessGone(callFiles(contextOf(endpointId, signal), { method: 'DELETE', path: pathOf(name) }))
    },
  }
}

async function getFile(context: FileCallContext, name: string): Promise<UpstreamFile | null> {
  const answer = await unlessGone(callFiles(context, { method: 'GET', path: pathOf(name) }))
  if (answer === null) return null
  const file = readWireFile(answer.body, context.clock.nowMs())
  if (file === null) throw fileError(context.endpoint, 'upstream_fault', 'the answer is no file')
  return file
}

async function untilReady(context: FileCallContext, uploaded: UpstreamFile): Promise<UpstreamFile> {
  const giveUpAtMs = context.clock.nowMs() + READY_WITHIN_MS
  let file: UpstreamFile | null = uploaded
  while (file?.state === 'processing' && context.clock.nowMs() < giveUpAtMs) {
    await context.clock.sleep(LOOK_EVERY_MS, context.signal)
    file = await getFile(context, uploaded.name)
  }
  if (file?.state === 'active') return file
  if (file?.state === 'failed')
    throw fileError(context.endpoint, 'rejected', 'the upstream could not process the file', { rejection: 'other' })
  throw fileError(context.endpoint, 'upstream_fault', 'the uploaded file did not become ready')
}

/** A file of another project, an expired and a removed one are told apart by nobody: 403, or 404 (wire-facts §3.3). */
async function unlessGone<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof UpstreamFileError && (error.answer.outcome === 'media_gone' || error.answer.httpStatus === 404)) return null
    throw error
  }
}

/** @param name `files/…`, or the bare id. */
function pathOf(name: string): string {
  return `/v1beta/files/${encodeURIComponent(name.replace(/^files\//, ''))}`
}
