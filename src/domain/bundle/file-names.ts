/** Names inside the zip. They are made of digests, and no name in a zip is ever used as a path. */
import type { BundleMedia } from './bundle.ts'

export const BUNDLE_FILE = 'bundle.json'
export const MANIFEST_FILE = 'manifest.json'

const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'image/heif': 'heif',
}

/** `media/<sha256>.jpg` */
export function mediaFile({ sha256, mimeType }: Pick<BundleMedia, 'sha256' | 'mimeType'>): string {
  return `media/${sha256}.${ENDINGS[mimeType] ?? 'bin'}`
}

/** `signatures/<sha256>.txt` */
export function signatureFile({ sha256 }: { sha256: string }): string {
  return `signatures/${sha256}.txt`
}
