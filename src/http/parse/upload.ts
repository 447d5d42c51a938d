/** One uploaded image: a raw body, or the `file` of a form. */
import { IMAGE_BYTES_MAX, type Media } from '../../domain/media.ts'
import type { HttpContext } from '../env.ts'
import { invalidRequest } from './field-errors.ts'
import { limitedBody } from './limited-body.ts'
import { formBoundary, readForm } from './multipart.ts'

/** Boundaries and headers around the one file. */
const FORM_OVERHEAD_BYTES_MAX = 64 * 1024

export interface Upload {
  bytes: AsyncIterable<Uint8Array>
  /** What the caller says it is; judged by content, not by this. */
  declaredType: string | null
}

/** Puts an image away, reading it to its end. */
export type StoreImage = (upload: Upload) => Promise<Pick<Media, 'id'>>

/** Hands the upload to `store` while it arrives. Throws `invalid_request` when a form has no file, or more than that. */
export async function readUpload<Stored>(c: HttpContext, store: (upload: Upload) => Promise<Stored>): Promise<Stored> {
  const type = c.req.header('Content-Type')
  const boundary = formBoundary(type)
  if (boundary === null) {
    return store({ bytes: limitedBody(c, IMAGE_BYTES_MAX), declaredType: type?.split(';')[0]?.trim().toLowerCase() ?? null })
  }
  let stored: { value: Stored } | undefined
  for await (const part of readForm(limitedBody(c, IMAGE_BYTES_MAX + FORM_OVERHEAD_BYTES_MAX), boundary)) {
    if (part.name !== 'file') throw invalidRequest([{ path: part.name, message: 'there is no such field' }])
    if (stored !== undefined) throw invalidRequest([{ path: 'file', message: 'one file at a time' }])
    stored = { value: await store({ bytes: part.content, declaredType: part.contentType }) }
  }
  if (stored === undefined) throw invalidRequest([{ path: 'file', message: 'is missing' }])
  return stored.value
}
