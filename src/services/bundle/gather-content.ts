/** Brings together what a bundle names: inside its JSON, as files of its zip, or held by the tenant already. */
import { heldMedia } from '../../db/import-queries.ts'
import type { Bundle, BundleMedia } from '../../domain/bundle/bundle.ts'
import type { ImageVerdict } from '../../domain/ports.ts'
import { RequestError } from '../../domain/problem.ts'
import type { ServiceContext } from '../context.ts'
import { refuse } from './refuse-bundle.ts'
import type { ScannedBundle } from './scan-bundle.ts'
import type { Stored } from './store-content.ts'

export type ImageFacts = Extract<ImageVerdict, { ok: true }>['image']

/** Stores one file of the zip; null where the bundle came without files, or without this one. */
export type StoreFile = (holds: 'image' | 'signature', index: number) => Promise<Stored | null>

/**
 * Facts of every image that came with the bundle, by SHA-256; images it lacks are the tenant's own. What a bundle says of an
 * image besides its digest is not believed. Throws `missing_media` with the digests of images that are nowhere, and
 * `invalid_request` for content that is not what its digest says, or images that are none.
 */
export async function gatherContent(
  ctx: ServiceContext,
  bundle: Bundle,
  { setAside }: Pick<ScannedBundle, 'setAside'>,
  storeFile: StoreFile,
): Promise<Map<string, ImageFacts>> {
  for (const [index, signature] of bundle.signatures.entries()) {
    const path = `signatures.${index}.characters`
    const stored = takenFrom(setAside, path, signature.characters) ?? (await storeFile('signature', index))
    if (stored === null) throw refuse(path, 'is missing')
    proveDigest(signature, stored, `signatures.${index}`)
  }
  const brought = new Map<string, ImageFacts>()
  const absent: string[] = []
  for (const [index, image] of bundle.media.entries()) {
    const stored = takenFrom(setAside, `media.${index}.data`, image.data) ?? (await storeFile('image', index))
    if (stored === null) absent.push(image.sha256)
    else brought.set(image.sha256, await inspect(ctx, image, stored, `media.${index}`))
  }
  const held = await heldMedia(ctx.db, ctx.principal.tenantId, absent)
  const missing = absent.filter((sha256) => !held.has(sha256))
  if (missing.length > 0) throw missingMedia(bundle.media.length, missing)
  return brought
}

export function missingMedia(of: number, missing: readonly string[]): RequestError {
  return new RequestError('missing_media', `${missing.length} of ${of} images are neither in the bundle nor here.`, { missing })
}

/** What stood at `path`; `left` is what stands there still, which is nothing unless the key was written in a way the scanner passed over. */
function takenFrom(setAside: ScannedBundle['setAside'], path: string, left: string | undefined): Stored | undefined {
  if (left) throw refuse(path, 'must have its key written without escapes')
  return setAside.get(path)
}

async function inspect(ctx: ServiceContext, image: BundleMedia, stored: Stored, path: string): Promise<ImageFacts> {
  proveDigest(image, stored, path)
  const verdict = await ctx.inspector.inspect(stored)
  if (!verdict.ok) throw refuse(path, verdict.refusal.detail)
  return verdict.image
}

function proveDigest(said: Stored, { sha256, bytes }: Stored, path: string): void {
  if (said.sha256 !== sha256) throw refuse(`${path}.sha256`, `the content’s own digest is ${sha256}`)
  if (said.bytes !== bytes) throw refuse(`${path}.bytes`, `the content has ${bytes}`)
}
