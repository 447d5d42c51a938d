/** Sums over bytes as they pass, by the platform's own code (Workers have these modules too). */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Checksums } from '../domain/bundle/checksums.ts'

export const checksums: Checksums = {
  crc32,
  sha256: () => {
    const hash = createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
  },
}
