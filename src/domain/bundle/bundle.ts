/**
 * The bundle: a session as a document that means the same anywhere. Turns are named by their place, content by its SHA-256;
 * nothing in it is an id of the installation that wrote it (docs/bundle.md).
 */
import { z } from 'zod'
import { BundleSession } from './bundle-session.ts'
import { BundleTurn } from './bundle-turn.ts'
import { Count, Sha256 } from './bundle-values.ts'
import { BUNDLE_LIMITS } from './limits.ts'

export const BUNDLE_FORMAT = 'pentimento.bundle'
export const MANIFEST_FORMAT = 'pentimento.manifest'
export const BUNDLE_VERSION = 1

const pixels = Count.nullable()

const BundleMedia = z.strictObject({
  sha256: Sha256,
  mimeType: z.string().max(100),
  bytes: Count,
  width: pixels,
  height: pixels,
  data: z
    .string()
    .optional()
    .meta({ contentEncoding: 'base64', description: 'The image; absent where it is a file of the zip, or left out' }),
})
export type BundleMedia = z.infer<typeof BundleMedia>

const BundleSignature = z.strictObject({
  sha256: Sha256,
  bytes: Count,
  characters: z.string().optional().describe('As received, between the quotes; absent where they are a file of the zip'),
})
export type BundleSignature = z.infer<typeof BundleSignature>

export const Bundle = z
  .strictObject({
    format: z.literal(BUNDLE_FORMAT),
    version: z.literal(BUNDLE_VERSION),
    session: BundleSession,
    turns: z.array(BundleTurn).max(BUNDLE_LIMITS.turnsMax).describe('In the order in which they were made; each after its parent'),
    media: z.array(BundleMedia).max(BUNDLE_LIMITS.filesMax),
    signatures: z.array(BundleSignature).max(BUNDLE_LIMITS.filesMax),
  })
  .meta({ title: 'Pentimento bundle', description: 'A conversation of image edits, complete: docs/bundle.md' })
export type Bundle = z.infer<typeof Bundle>

export const Manifest = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  files: z.array(z.strictObject({ name: z.string().max(200), bytes: Count, sha256: Sha256 })).max(BUNDLE_LIMITS.filesMax + 1),
})
export type Manifest = z.infer<typeof Manifest>
