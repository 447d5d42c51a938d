/** Tells an image's type from its first bytes. What the wire claims is not believed (wire-facts §1.3: JPEG comes unasked). */
import type { Buffer } from 'node:buffer'

/** Bytes that must be at hand to tell. */
export const SNIFF_BYTES = 12

/** Magic numbers as Latin-1 text, with their place. */
const MAGIC: readonly { at: number; text: string; mimeType: string }[] = [
  { at: 0, text: '\xff\xd8\xff', mimeType: 'image/jpeg' },
  { at: 0, text: '\x89PNG\r\n', mimeType: 'image/png' },
  { at: 8, text: 'WEBP', mimeType: 'image/webp' },
  { at: 0, text: 'GIF8', mimeType: 'image/gif' },
  { at: 4, text: 'ftyphei', mimeType: 'image/heic' },
  { at: 4, text: 'ftyphev', mimeType: 'image/heic' },
  { at: 4, text: 'ftypmif1', mimeType: 'image/heif' },
  { at: 4, text: 'ftypmsf1', mimeType: 'image/heif' },
  { at: 4, text: 'ftypavi', mimeType: 'image/avif' },
]

/** Null for bytes of no kind known here. */
export function sniffImageType(head: Buffer): string | null {
  const text = head.toString('latin1', 0, SNIFF_BYTES)
  return MAGIC.find((magic) => text.startsWith(magic.text, magic.at))?.mimeType ?? null
}
