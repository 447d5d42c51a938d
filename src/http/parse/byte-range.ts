/** `Range: bytes=…` (RFC 9110 §14). */
import type { ByteRange } from '../../domain/ports.ts'

/**
 * The one range asked for, clipped to a content of `length` bytes; `whole` where the header is absent, of another unit,
 * malformed or asks for several (a server may ignore those); `unsatisfiable` where nothing of it lies within.
 */
export function parseByteRange(header: string | undefined, length: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '')
  const [first = '', last = ''] = match?.slice(1) ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const suffix = Math.min(Number(last), length)
    return suffix === 0 ? 'unsatisfiable' : { start: length - suffix, end: length - 1 }
  }
  if (last !== '' && Number(last) < Number(first)) return 'whole'
  if (Number(first) >= length) return 'unsatisfiable'
  return { start: Number(first), end: last === '' ? length - 1 : Math.min(Number(last), length - 1) }
}
