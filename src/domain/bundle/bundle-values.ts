/** The small schemas a bundle is made of. */
import { z } from 'zod'

/** Lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')

/** `2026-11-20T11:46:03.120Z`: UTC, to the millisecond. */
export const Time = z.iso
  .datetime({ precision: 3, error: 'must be a date-time in UTC to the millisecond' })
  .regex(/^(?:19|2\d)\d\d-/, 'must lie between the years 1900 and 2999')

/** The place of a turn in `turns`, from 0: what takes the place of ids, which mean nothing elsewhere. */
export const Ordinal = z.int().min(0)

export const Count = z.int().min(0)

/** Text that PostgreSQL can hold. Lengths in UTF-16 units. */
export function text(lengthMax: number) {
  return z
    .string()
    .max(lengthMax)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must hold neither NUL nor half a surrogate pair')
}

export const Name = text(200)

export const CostUsd = z.number().min(0).max(1_000_000)
