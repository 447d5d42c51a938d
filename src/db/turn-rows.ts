/** Rows → domain, for turns, their parts and their ledger. */
import type { Attempt } from '../domain/attempt.ts'
import type { FailureFacts } from '../domain/failure.ts'
import type { ImageBlob, InputPart, ModelPart } from '../domain/part.ts'
import type { parts } from './schema.ts'

/** A part beside the media it shows, when it shows one. */
export type PartRow = { part: typeof parts.$inferSelect; media: (ImageBlob & { width: number | null; height: number | null }) | null }

/** A row of the ledger as the database writes it into JSON: two columns of it hold JSON as text (`jsonText`). */
export type AttemptJson = Omit<Attempt, 'message' | 'facts'> & { message: string | null; facts: string | null }

export function readAttempt(row: AttemptJson): Attempt {
  return {
    ...row,
    message: row.message === null ? null : (JSON.parse(row.message) as string | null),
    facts: row.facts === null ? {} : (JSON.parse(row.facts) as FailureFacts),
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
