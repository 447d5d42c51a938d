/** What kind of file some bytes are, told by the bytes themselves. */
import type { MediaType } from '../domain/media.ts'

/** Bytes from the start of a file that are enough to tell. */
export const SNIFF_BYTES = 64

/** Brands of an ISO file's `ftyp` box that mark a still picture coded with HEVC (ISO/IEC 23008-12 annex B). */
const HEIC_BRANDS: readonly string[] = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx']
const HEIF_BRANDS: readonly string[] = ['mif1', 'msf1', 'mif2']
const AVIF_BRANDS: readonly string[] = ['avif', 'avis']

/** Kinds that are known but not taken in, by how they begin; told apart so that a refusal can name what was sent. */
const OTHER_KINDS: readonly (readonly [start: string, name: string])[] = [
  ['GIF8', 'a GIF'],
  ['BM', 'a BMP'],
  ['II*\0', 'a TIFF'],
  ['MM\0*', 'a TIFF'],
  ['%PDF', 'a PDF'],
  ['<svg', 'an SVG'],
  ['<?xml', 'XML'],
  ['<!DOCTYPE', 'an HTML page'],
  ['8BPS', 'a Photoshop file'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['\xff\x0a', 'a JPEG XL'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL'],
  ['\0\0\0\x0cjP', 'a JPEG 2000'],
]

/** The accepted type that the first bytes of a file show, else null. Believes neither a name nor a Content-Type. */
export function sniffType(head: Uint8Array): MediaType | null {
  const text = latin1(head)
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp'
  const brands = isoBrands(text)
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return null
  if (brands.some((brand) => HEIC_BRANDS.includes(brand))) return 'image/heic'
  return brands.some((brand) => HEIF_BRANDS.includes(brand)) ? 'image/heif' : null
}

/** In words, what bytes that `sniffType` does not accept seem to be. */
export function describeOther(head: Uint8Array): string {
  const text = latin1(head)
  const brands = isoBrands(text)
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'an AVIF'
  if (brands.length > 0) return 'a video or another ISO media file'
  return OTHER_KINDS.find(([start]) => text.startsWith(start))?.[1] ?? 'of an unknown kind'
}

/** Major and compatible brands of an ISO file, as far as they stand in `text`; none when it is no ISO file. */
function isoBrands(text: string): string[] {
  if (!text.startsWith('ftyp', 4)) return []
  const end = Math.min(text.length, (text.charCodeAt(2) << 8) | text.charCodeAt(3))
  return (text.slice(8, end).match(/.{4}/gs) ?? []).filter((_, n) => n !== 1)
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES))
}
