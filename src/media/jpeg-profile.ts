/** Puts a colour profile into a JPEG (ICC.1:2022 annex B.4). */
import { Buffer } from 'node:buffer'
import { APP0 } from './jpeg.ts'

const APP2 = 0xe2
const SIGNATURE = new TextEncoder().encode('ICC_PROFILE\0')
const SEGMENT_DATA_MAX = 65_533 - SIGNATURE.length - 2

/** The JPEG with `profile`, behind the JFIF segment where it has one. The JPEG must have no profile yet. */
export function withIccProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array {
  const at = jpeg[3] === APP0 ? 4 + (((jpeg[4] ?? 0) << 8) | (jpeg[5] ?? 0)) : 2
  const count = Math.ceil(profile.length / SEGMENT_DATA_MAX)
  const segments = Array.from({ length: count }, (_, n) => {
    const data = profile.subarray(n * SEGMENT_DATA_MAX, (n + 1) * SEGMENT_DATA_MAX)
    const length = 2 + SIGNATURE.length + 2 + data.length
    return [Uint8Array.of(0xff, APP2, length >> 8, length & 0xff), SIGNATURE, Uint8Array.of(n + 1, count), data]
  }).flat()
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)])
}
