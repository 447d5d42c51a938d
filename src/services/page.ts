/** Pages of lists: the cursor is the id of the last row shown, which callers treat as opaque. */
import { type IdPrefix, isId } from '../domain/ids.ts'
import { RequestError } from '../domain/problem.ts'

export interface Page<Row> {
  data: Row[]
  nextCursor: string | null
}

/** @throws RequestError `invalid_request` for a cursor that no list of this kind has given out */
export function decodeCursor(cursor: string | undefined, prefix: IdPrefix): string | null {
  if (cursor === undefined) return null
  if (!isId(prefix, cursor)) {
    throw new RequestError('invalid_request', 'The cursor is not one that this list has given out.', {
      errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }],
    })
  }
  return cursor
}

/** A page of `limit` from rows read one beyond it. */
export function pageOf<Row extends { id: string }>(rows: readonly Row[], limit: number): Page<Row> {
  const data = rows.slice(0, limit)
  return { data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}
