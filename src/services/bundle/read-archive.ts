/** A bundle that came as a zip: its manifest, its JSON, and files as they are asked for. */
import { type Bundle, type Manifest, Manifest as ManifestSchema } from '../../domain/bundle/bundle.ts'
import { BUNDLE_FILE, MANIFEST_FILE, mediaFile, signatureFile } from '../../domain/bundle/file-names.ts'
import { BUNDLE_LIMITS } from '../../domain/bundle/limits.ts'
import type { ServiceContext } from '../context.ts'
import type { StoreFile } from './gather-content.ts'
import type { Archive } from './open-archive.ts'
import { parseStrictly } from './parse-bundle.ts'
import { refuse, refusingRange } from './refuse-bundle.ts'
import { type ScannedBundle, scanBundle } from './scan-bundle.ts'
import { CONTENT_BYTES_MAX, openContent, type Stored } from './store-content.ts'
import type { ZipEntry } from './zip/read-directory.ts'

/** Throws `invalid_request` where the manifest and the zip's directory do not list the same, or the JSON is not what the manifest says. */
export async function readArchivedBundle(ctx: ServiceContext, archive: Archive): Promise<ScannedBundle> {
  const manifest = await readManifest(archive)
  const listed = new Map(manifest.files.map((file) => [file.name, file]))
  if (listed.size !== manifest.files.length) throw refuse(MANIFEST_FILE, 'lists a file twice')
  for (const name of archive.entries.keys()) {
    if (name !== MANIFEST_FILE && !listed.has(name)) throw refuse(name, 'is in the zip, but not in its manifest')
  }
  for (const { name, bytes } of manifest.files) {
    if (entryOf(archive, name).bytes !== bytes) throw refuse(name, `has not the ${bytes} bytes that the manifest says`)
  }
  const digest = ctx.checksums.sha256()
  const json = archive.read(entryOf(archive, BUNDLE_FILE), BUNDLE_LIMITS.jsonBytesMax)
  const scanned = await scanBundle(ctx, tapped(json, digest.update), BUNDLE_FILE)
  if (listed.get(BUNDLE_FILE)?.sha256 !== digest.hex()) throw refuse(BUNDLE_FILE, 'is not what the manifest says: its SHA-256 is another')
  return scanned
}

/**
 * Stores the files that the bundle names. Every file of the zip has to be named, and nothing else may be in it: names are only
 * ever compared, so that none can lead anywhere.
 */
export function filesOf(ctx: ServiceContext, archive: Archive, bundle: Bundle): StoreFile {
  const named = { image: bundle.media.map(mediaFile), signature: bundle.signatures.map(signatureFile) }
  const known = new Set([BUNDLE_FILE, MANIFEST_FILE, ...named.image, ...named.signature])
  for (const name of archive.entries.keys()) if (!known.has(name)) throw refuse(name, 'has no place in a bundle')
  return async (holds, index) => {
    const entry = archive.entries.get(named[holds][index] ?? '')
    return entry === undefined ? null : storeEntry(ctx, archive, entry, holds)
  }
}

async function storeEntry(ctx: ServiceContext, archive: Archive, entry: ZipEntry, holds: 'image' | 'signature'): Promise<Stored> {
  const writer = await openContent(ctx, holds)
  try {
    return await refusingRange(entry.name, async () => {
      for await (const piece of archive.read(entry, CONTENT_BYTES_MAX[holds])) await writer.write(piece)
      return writer.commit()
    })
  } catch (error) {
    await writer.abort()
    throw error
  }
}

async function readManifest(archive: Archive): Promise<Manifest> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of archive.read(entryOf(archive, MANIFEST_FILE), BUNDLE_LIMITS.manifestBytesMax)) {
    text += decoder.decode(piece, { stream: true })
  }
  const json = await refusingRange(MANIFEST_FILE, async () => parseJson(text))
  return parseStrictly(ManifestSchema, json, MANIFEST_FILE)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RangeError('is not JSON')
  }
}

function entryOf({ entries }: Archive, name: string): ZipEntry {
  const entry = entries.get(name)
  if (entry === undefined) throw refuse(name, 'is missing in the zip')
  return entry
}

async function* tapped(pieces: AsyncIterable<Uint8Array>, tap: (piece: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    tap(piece)
    yield piece
  }
}
