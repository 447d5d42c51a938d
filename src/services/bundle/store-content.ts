/** Puts images and signatures of a bundle into storage as they arrive. Blobs come before rows: what a refusal leaves is collected later. */
import { BUNDLE_LIMITS } from '../../domain/bundle/limits.ts'
import { SignatureCheck } from '../../domain/bundle/signature-text.ts'
import { IMAGE_BYTES_MAX } from '../../domain/media.ts'
import type { ServiceContext } from '../context.ts'

export interface Stored {
  sha256: string
  bytes: number
}

/** One image or signature on its way into storage. */
export interface ContentWriter {
  /** Throws RangeError for what cannot be such a thing, or is too large. */
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<Stored>
  abort(): Promise<void>
}

export const CONTENT_BYTES_MAX = Object.freeze({ image: IMAGE_BYTES_MAX, signature: BUNDLE_LIMITS.signatureBytesMax })

export async function openContent(ctx: ServiceContext, holds: 'image' | 'signature'): Promise<ContentWriter> {
  const writer = await (holds === 'image' ? ctx.blobs : ctx.signatures).open()
  const check = holds === 'signature' ? new SignatureCheck() : null
  const bytesMax = CONTENT_BYTES_MAX[holds]
  let total = 0
  return {
    write: async (bytes) => {
      total += bytes.length
      if (total > bytesMax) throw new RangeError(`has more than ${bytesMax} bytes, the most that is taken of one ${holds}`)
      check?.push(bytes)
      await writer.write(bytes)
    },
    commit: async () => {
      check?.finish()
      return writer.commit()
    },
    abort: () => writer.abort(),
  }
}
