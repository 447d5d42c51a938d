/** Rows → domain, for turns, their parts and their ledger. */
import type { Attempt, AttemptNext } from '../domain/attempt.ts'
import type { Billed } from '../domain/billed.ts'
import type { ImageBlob, InputPart, ModelPart } from '../domain/part.ts'
import type { attempts, parts } from './schema.ts'

export type AttemptRow = typeof attempts.$inferSelect
/** A part beside the media it shows, when it shows one. */
export type PartRow = { part: typeof parts.$inferSelect; media: (ImageBlob & { width: number | null; height: number | null }) | null }

export function toAttempt(row: AttemptRow): Attempt {
  return {
    n: row.n,
    model: row.model,
    endpointId: row.endpointId,
    image: row.image,
    startedAtMs: row.startedAtMs,
    endedAtMs: row.endedAtMs,
    outcome: row.outcome as Attempt['outcome'],
    httpStatus: row.httpStatus,
    message: row.message,
    facts: row.facts ?? {},
    next: row.next as AttemptNext | null,
    waitMs: row.waitMs,
    billed: row.billed as Billed,
    usage: row.usage,
    costUsd: row.costUsd,
    modelVersion: row.modelVersion,
    fidelity: row.fidelity,
    late: row.late,
  }
}

export function toInputPart({ part, media }: PartRow): InputPart {
  if (part.mediaId !== null && media !== null) {
    return { type: 'image', mediaId: part.mediaId, sha256: media.sha256, bytes: media.bytes, mimeType: media.mimeType }
  }
  return { type: 'text', text: (JSON.parse(part.raw) as { text: string }).text }
}

export function toModelPart({ part, media }: PartRow): ModelPart {
  const { text } = JSON.parse(part.raw) as { text?: unknown }
  return {
    raw: part.raw,
    holes: part.holes,
    thought: part.thought,
    text: typeof text === 'string' ? text : null,
    image: media,
    signed: part.signatureSha256 !== null,
    mediaId: part.mediaId,
    attempt: part.attempt,
    mintedBy: { api: part.mintedByApi ?? '', model: part.mintedByModel ?? '' },
  }
}
