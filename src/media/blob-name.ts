/** Where a blob lies in a store: `ab/cd/abcd…`, so that no folder grows too large. The same in every store, so stores can be copied. */
import { Buffer } from 'node:buffer'
import type { Random } from '../domain/ports.ts'

const SHA256_HEX = /^[0-9a-f]{64}$/

/** The key of a blob. Throws `RangeError` for what is not a lower-case hex SHA-256, so that no name ever leaves the store. */
export function blobKey(sha256: string): string {
  if (!isSha256Hex(sha256)) throw new RangeError('a blob is named by its SHA-256 in lower-case hex')
  return `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
}

/** Whether `text` can be the name of a blob. */
export function isSha256Hex(text: string): boolean {
  return SHA256_HEX.test(text)
}

/** Name of something unfinished: 32 hex digits, so never a blob's own name. */
export function temporaryName(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('hex')
}
