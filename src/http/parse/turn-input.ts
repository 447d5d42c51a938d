/** A new turn as it comes in, JSON or form, with its images put away: what remains is small. */
import type { z } from '@hono/zod-openapi'
import { IMAGE_BYTES_MAX } from '../../domain/media.ts'
import { RequestError } from '../../domain/problem.ts'
import type { NewInputPart } from '../../services/resolve-media.ts'
import type { Submission } from '../../services/submission.ts'
import type { InputPart } from '../contract/part.ts'
import { NewTurn, type TurnOptions } from '../contract/turn.ts'
import type { HttpContext } from '../env.ts'
import { decodeBase64 } from './base64.ts'
import { namingField } from './field-errors.ts'
import { limitedBody } from './limited-body.ts'
import { formBoundary } from './multipart.ts'
import { isJson, readJson } from './read-json.ts'
import { readTurnForm } from './turn-form.ts'
import type { StoreImage } from './upload.ts'

/** One image of the largest size in base64, and room for the rest. */
export const TURN_JSON_BYTES_MAX = Math.ceil((IMAGE_BYTES_MAX * 4) / 3) + 1024 * 1024
/** All images of a form together. */
const FORM_BYTES_MAX = 4 * IMAGE_BYTES_MAX

export type TurnInput = Pick<Submission, 'parentId' | 'expectedHeadTurnId' | 'request'>

/**
 * Reads the body and gives each image in it to `store`, those of a form while they arrive. Throws `invalid_request`,
 * `payload_too_large`, `unsupported_media_type`, and what `store` throws with the image's field named.
 */
export async function readTurnInput(c: HttpContext, store: StoreImage): Promise<TurnInput> {
  const type = c.req.header('Content-Type')
  const boundary = formBoundary(type)
  if (boundary !== null) {
    const { options, parts } = await readTurnForm(limitedBody(c, FORM_BYTES_MAX), boundary, store)
    return toTurnInput(options, parts)
  }
  if (type !== undefined && !isJson(type)) {
    throw new RequestError('unsupported_media_type', 'A turn comes as application/json or multipart/form-data.')
  }
  const { parts, ...options } = await readJson(c, NewTurn, TURN_JSON_BYTES_MAX)
  return toTurnInput(options, await storeInlineImages(parts, store))
}

async function storeInlineImages(parts: readonly z.output<typeof InputPart>[], store: StoreImage): Promise<NewInputPart[]> {
  const stored: NewInputPart[] = []
  for (const [index, part] of parts.entries()) {
    if (!('data' in part)) {
      stored.push(part)
      continue
    }
    const upload = { bytes: asyncPieces(decodeBase64(part.data)), declaredType: part.mimeType }
    const { id } = await namingField(`parts.${index}.data`, () => store(upload))
    stored.push({ type: 'image', mediaId: id })
  }
  return stored
}

async function* asyncPieces(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}

function toTurnInput(options: z.output<typeof TurnOptions>, parts: readonly NewInputPart[]): TurnInput {
  const { parentId, expectedHeadTurnId, notBefore, ...rest } = options
  return { parentId, expectedHeadTurnId, request: { ...rest, notBeforeMs: notBefore, parts } }
}
