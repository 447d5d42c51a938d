/** One upload for any number of turns and nodes: whoever gets the ticket uploads, the others wait for the handle. */
import { type FileHandle, findHandles, returnUploadTicket, takeUploadTicket } from '../db/upstream-file-queries.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import { makeId } from '../domain/ids.ts'
import type { ImageBlob } from '../domain/part.ts'
import type { Installation } from './context.ts'

/** How long an uploader may be silent, dead perhaps, before another takes over; an upload of 50 MB takes seconds, and one too many is harmless. */
const TICKET_MS = 30_000
const LOOK_EVERY_MS = 100

/**
 * A handle that lives until `goodUntilMs` (Unix ms) at least, or the longest-lived the upstream gives.
 * Throws what `ModelFiles.upload` throws, and the signal's reason when it aborts.
 */
export async function ensureFile(
  inst: Installation,
  endpoint: Endpoint,
  image: ImageBlob,
  goodUntilMs: number,
  signal: AbortSignal,
): Promise<FileHandle> {
  for (;;) {
    signal.throwIfAborted()
    const ticket = {
      project: endpoint.project,
      sha256: image.sha256,
      endpointId: endpoint.id,
      by: makeId('upl', inst.clock.nowMs(), inst.random.bytes(10)),
    }
    if (await takeUploadTicket(inst.db, ticket, goodUntilMs, TICKET_MS)) {
      let file = null
      try {
        file = await inst.files.upload(endpoint.id, image, signal)
        return { sha256: image.sha256, name: file.name, uri: file.uri, expiresAtMs: file.expiresAtMs }
      } finally {
        await returnUploadTicket(inst.db, ticket, file)
      }
    }
    const [handle] = await findHandles(inst.db, endpoint.project, [image.sha256])
    if (handle !== undefined && handle.expiresAtMs >= goodUntilMs) return handle
    await inst.clock.sleep(LOOK_EVERY_MS, signal)
  }
}
