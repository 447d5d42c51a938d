/** Requests for tests: plain ones, and any that can be thought of. */
import fc from 'fast-check'
import type { ModelRequest, RequestPart } from '../../src/domain/model-call.ts'
import type { MemoryStores } from './memory-stores.ts'

export function modelRequest(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    turnId: 'turn_1',
    attempt: 1,
    endpointId: 'here',
    model: 'gemini-3-pro-image',
    contents: [{ role: 'user', parts: [{ kind: 'text', text: 'a red kite' }] }],
    systemInstruction: null,
    safetySettings: [],
    image: {},
    includeThoughts: false,
    timeoutMs: 300_000,
    ...overrides,
  }
}

/** A part to send, and what a plain serialiser would write in its place. */
export interface SentPart {
  part: RequestPart
  json: string
}

const words = fc.string({ unit: 'binary', maxLength: 40 })
const imageBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))

/** Parts of every kind; their blobs are put into `stores` as they are made. */
export function arbitrarySentPart(stores: MemoryStores): fc.Arbitrary<SentPart> {
  return fc.oneof(
    words.map((text): SentPart => ({ part: { kind: 'text', text }, json: JSON.stringify({ text }) })),
    fc.tuple(fc.constantFrom('image/png', 'image/jpeg'), fc.webUrl()).map(([mimeType, uri]): SentPart => {
      return { part: { kind: 'file', mimeType, uri }, json: JSON.stringify({ fileData: { mimeType, fileUri: uri } }) }
    }),
    imageBytes.map((bytes): SentPart => {
      const image = { sha256: stores.put(bytes), bytes: bytes.length, mimeType: 'image/png' }
      const json = JSON.stringify({ inlineData: { mimeType: 'image/png', data: bytes.toString('base64') } })
      return { part: { kind: 'inline', image }, json }
    }),
    fc
      .tuple(imageBytes, fc.base64String({ minLength: 4 }), fc.constantFrom('base64', 'base64url'), fc.boolean(), words)
      .map(rawPart(stores)),
  )
}

function rawPart(stores: MemoryStores) {
  return ([bytes, signature, alphabet, padded, text]: [Buffer, string, 'base64' | 'base64url', boolean, string]): SentPart => {
    const standard = bytes.toString('base64')
    const inAlphabet = alphabet === 'base64' ? standard : standard.replaceAll('+', '-').replaceAll('/', '_')
    const data = padded ? inAlphabet : inAlphabet.replaceAll('=', '')
    const before = `{"text" : ${JSON.stringify(text)}, "inlineData":{"data":"`
    const between = '","mimeType":"image/png"} ,"thoughtSignature":"'
    const marks = Buffer.from(signature)
    const sha256 = stores.putSignature(marks)
    return {
      json: `${before}${data}${between}${signature}"}`,
      part: {
        kind: 'raw',
        raw: `${before}${between}"}`,
        holes: [
          { at: before.length, holds: 'image', sha256: stores.put(bytes), bytes: bytes.length, alphabet, padded },
          { at: before.length + between.length, holds: 'signature', sha256, bytes: marks.length },
        ],
      },
    }
  }
}
