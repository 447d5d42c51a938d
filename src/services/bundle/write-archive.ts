/** The bundle as a zip: its JSON, then every image and signature as a file, then the manifest. */
import { BUNDLE_VERSION, MANIFEST_FORMAT, type Manifest } from '../../domain/bundle/bundle.ts'
import type { RunningDigest } from '../../domain/bundle/checksums.ts'
import { BUNDLE_FILE, MANIFEST_FILE, mediaFile, signatureFile } from '../../domain/bundle/file-names.ts'
import type { ServiceContext } from '../context.ts'
import { nothingNamed, type SessionExport } from './open-export.ts'
import { toBytes } from './to-bytes.ts'
import { bundlePieces } from './write-json.ts'
import { type FileToZip, writeZip } from './zip/write-zip.ts'

export function writeArchive(ctx: ServiceContext, exported: SessionExport): AsyncGenerator<Uint8Array> {
  return writeZip(archiveFiles(ctx, exported), ctx.checksums)
}

async function* archiveFiles(ctx: ServiceContext, exported: SessionExport): AsyncGenerator<FileToZip> {
  const named = nothingNamed()
  const digest = ctx.checksums.sha256()
  const size = { bytes: 0 }
  const json = toBytes(ctx, bundlePieces(exported, named, { images: false, signatures: false }))
  yield { name: BUNDLE_FILE, bytes: measured(json, digest, size) }
  const files: Manifest['files'] = [{ name: BUNDLE_FILE, bytes: size.bytes, sha256: digest.hex() }]
  for (const media of named.media.values()) {
    files.push({ name: mediaFile(media), bytes: media.bytes, sha256: media.sha256 })
    yield { name: mediaFile(media), bytes: ctx.blobs.read(media.sha256) }
  }
  for (const [sha256, bytes] of named.signatures) {
    files.push({ name: signatureFile({ sha256 }), bytes, sha256 })
    yield { name: signatureFile({ sha256 }), bytes: ctx.signatures.read(sha256) }
  }
  const manifest: Manifest = { format: MANIFEST_FORMAT, version: BUNDLE_VERSION, files }
  yield { name: MANIFEST_FILE, bytes: toBytes(ctx, [`${JSON.stringify(manifest, null, 1)}\n`]) }
}

async function* measured(pieces: AsyncIterable<Uint8Array>, digest: RunningDigest, size: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    digest.update(piece)
    size.bytes += piece.length
    yield piece
  }
}
