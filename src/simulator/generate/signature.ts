import { createCipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { BinaryValue } from '../wire/byte-sink.ts'

/**
 * A signature looks like a real one (wire-facts §2.5: opaque, incompressible, first byte 0x12, a megabyte or two) and can be
 * checked without having been stored:
 *
 *     0x12 · varint(rest) · 0x0a · varint(rest) · nonce 16 · model tag 16 · mac 32 · keystream
 *
 * The mac covers model, nonce, length and the digest of the very text or image it was given with; the keystream is AES-CTR under
 * a key from the mac. So dropping, altering, cutting, extending or moving a signature to another part is found out.
 */
export type SignatureMint = {
  /** @param length bytes in all, at least `SIGNATURE_BYTES_MIN` */
  sign(input: { model: string; nonce: Buffer; length: number; contentSha256: string }): Buffer
  /** Who minted it, and whether it is intact and belongs to that content. `undefined`: nobody here did. */
  verify(signature: BinaryValue, contentSha256: string): { model: string; intact: boolean } | undefined
}

const NONCE_BYTES = 16
const TAG_BYTES = 16
const MAC_BYTES = 32
const PREFIX_BYTES_MAX = 10
export const SIGNATURE_BYTES_MIN = PREFIX_BYTES_MAX + NONCE_BYTES + TAG_BYTES + MAC_BYTES

/**
 * @param input.models every model that signs: the tag tells which
 * @param input.fast check only header and length, not the content and not the keystream (`validation: 'fast'`)
 */
export function createSignatureMint(input: { secret: string; models: readonly string[]; fast: boolean }): SignatureMint {
  const keyed = (...pieces: (string | Buffer)[]) => {
    const hmac = createHmac('sha256', input.secret)
    for (const piece of pieces) hmac.update(piece).update('\0')
    return hmac.digest()
  }
  const tagOf = (model: string, nonce: Buffer) => keyed('model', model, nonce).subarray(0, TAG_BYTES)

  const build = ({ model, nonce, length, contentSha256 }: Parameters<SignatureMint['sign']>[0]): Buffer => {
    const prefix = prefixFor(length)
    const mac = keyed('mac', model, nonce, String(length), contentSha256)
    const cipher = createCipheriv('aes-256-ctr', keyed('stream', mac), nonce)
    const header = Buffer.concat([prefix, nonce, tagOf(model, nonce), mac])
    return Buffer.concat([header, cipher.update(Buffer.alloc(length - header.length))])
  }

  return {
    sign: build,
    verify(signature, contentSha256) {
      const header = readHeader(signature)
      const model = header && input.models.find((id) => timingSafeEqual(tagOf(id, header.nonce), header.tag))
      if (!header || !model) return undefined
      if (input.fast) return { model, intact: true }
      const expected = build({ model, nonce: header.nonce, length: signature.byteLength, contentSha256 })
      return { model, intact: createHash('sha256').update(expected).digest('hex') === signature.sha256 }
    },
  }
}

/** Two nested length-delimited fields, as recorded signatures begin. */
function prefixFor(length: number): Buffer {
  const inner = varint(length - PREFIX_BYTES_MAX)
  const outer = varint(length - PREFIX_BYTES_MAX + inner.length + 1)
  const prefix = Buffer.from([0x12, ...outer, 0x0a, ...inner])
  return Buffer.concat([prefix, Buffer.alloc(PREFIX_BYTES_MAX - prefix.length, 0x01)])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

function readHeader(signature: BinaryValue): { nonce: Buffer; tag: Buffer } | undefined {
  if (signature.byteLength < SIGNATURE_BYTES_MIN) return undefined
  if (!signature.head.subarray(0, PREFIX_BYTES_MAX).equals(prefixFor(signature.byteLength))) return undefined
  const nonceEnd = PREFIX_BYTES_MAX + NONCE_BYTES
  return { nonce: signature.head.subarray(PREFIX_BYTES_MAX, nonceEnd), tag: signature.head.subarray(nonceEnd, nonceEnd + TAG_BYTES) }
}
