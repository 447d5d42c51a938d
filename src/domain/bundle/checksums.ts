/** Sums over bytes as they pass: a port, since the platform's own are several times as fast as any in JavaScript. */
export interface Checksums {
  /** CRC-32 as zips have it, of what `before` is the sum of and then `bytes`; 0 is the sum of nothing. */
  crc32(bytes: Uint8Array, before: number): number
  sha256(): RunningDigest
}

export interface RunningDigest {
  update(bytes: Uint8Array): void
  /** Lower-case hex of all so far. To be asked once, at the end. */
  hex(): string
}
