import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../../src/domain/model-call.ts'
import { BlobMissing } from '../../src/domain/ports.ts'
import { measureRequest, requestBody, StoredLengthMismatch } from '../../src/gemini/build-request.ts'
import { createMemoryStores, type MemoryStores } from './memory-stores.ts'
import { arbitrarySentPart, modelRequest } from './model-requests.ts'

async function sent(request: ModelRequest, { blobs, signatures }: MemoryStores): Promise<Buffer> {
  return buffer(requestBody(request, blobs, signatures))
}

async function sentJson(request: ModelRequest): Promise<unknown> {
  return JSON.parse((await sent(request, createMemoryStores())).toString())
}

describe('what is streamed out', () => {
  it('equals what a plain serialiser would have sent, and is as long as measured, whatever the conversation', async () => {
    const pieceBytes = fc.integer({ min: 1, max: 64 })
    const withStores = pieceBytes.chain((bytes) => {
      const stores = createMemoryStores(bytes)
      const content = fc.record({ role: fc.constantFrom('user' as const, 'model' as const), parts: fc.array(arbitrarySentPart(stores)) })
      return fc.record({
        stores: fc.constant(stores),
        contents: fc.array(content),
        systemInstruction: fc.option(fc.string({ unit: 'binary' })),
      })
    })
    await fc.assert(
      fc.asyncProperty(withStores, async ({ stores, contents, systemInstruction }) => {
        const request = modelRequest({
          systemInstruction,
          contents: contents.map(({ role, parts }) => ({ role, parts: parts.map(({ part }) => part) })),
        })
        const written = contents.map(({ role, parts }) => `{"role":"${role}","parts":[${parts.map(({ json }) => json).join(',')}]}`)
        const system = systemInstruction === null ? '' : `"systemInstruction":${JSON.stringify({ parts: [{ text: systemInstruction }] })},`
        const body = await sent(request, stores)
        expect(body.toString()).toBe(
          `{${system}"contents":[${written.join(',')}],"generationConfig":{"responseModalities":["TEXT","IMAGE"]}}`,
        )
        expect(measureRequest(request).bytes).toBe(body.length)
      }),
    )
  })

  it('is built anew for each attempt', async () => {
    const request = modelRequest()
    const stores = createMemoryStores()
    expect(await sent(request, stores)).toEqual(await sent(request, stores))
  })

  it('has fields only for what was asked', async () => {
    expect(await sentJson(modelRequest())).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a red kite' }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
    })
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }]
    const all = {
      image: { aspectRatio: '16:9', size: '2K' },
      includeThoughts: true,
      systemInstruction: 'Be brief.',
      safetySettings,
    } as const
    expect(await sentJson(modelRequest(all))).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ role: 'user', parts: [{ text: 'a red kite' }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
        thinkingConfig: { includeThoughts: true },
      },
      safetySettings,
    })
    expect(await sentJson(modelRequest({ image: { aspectRatio: '1:1' } }))).toMatchObject({
      generationConfig: { imageConfig: { aspectRatio: '1:1' } },
    })
  })

  it('is measured without reading a blob', () => {
    const image = { sha256: 'absent', bytes: 1_000_000, mimeType: 'image/png' }
    const size = measureRequest(
      modelRequest({
        contents: [
          {
            role: 'user',
            parts: [
              { kind: 'inline', image },
              { kind: 'file', mimeType: 'image/png', uri: 'files/a' },
            ],
          },
          {
            role: 'model',
            parts: [
              {
                kind: 'raw',
                raw: '{"text":"","thoughtSignature":""}',
                holes: [{ at: 31, holds: 'signature', sha256: 'absent', bytes: 2_000_000 }],
              },
            ],
          },
        ],
      }),
    )
    expect(size).toMatchObject({ images: 1, imageCharacters: 1_333_336, signatures: 1, signatureCharacters: 2_000_000, files: 1 })
    expect(size.bytes).toBeGreaterThan(3_333_336)
  })

  it('holds no more than a piece, however large the image', async () => {
    let given = 0
    const stores = createMemoryStores()
    stores.blobs.read = async function* () {
      for (let count = 0; count < 100; count += 1) {
        given += 1
        yield Buffer.alloc(256 * 1024)
      }
    }
    const image = { sha256: 'large', bytes: 100 * 256 * 1024, mimeType: 'image/png' }
    const request = modelRequest({ contents: [{ role: 'user', parts: [{ kind: 'inline', image }] }] })
    let taken = 0
    for await (const piece of requestBody(request, stores.blobs, stores.signatures)) {
      taken += 1
      expect(given).toBeLessThanOrEqual(taken)
      expect(piece.length).toBeLessThan(400 * 1024)
    }
    expect(taken).toBeGreaterThan(100)
  })

  it('breaks off where a blob is gone or not as long as its row says', async () => {
    const stores = createMemoryStores()
    const ask = (sha256: string, bytes: number) =>
      sent(
        modelRequest({ contents: [{ role: 'user', parts: [{ kind: 'inline', image: { sha256, bytes, mimeType: 'image/png' } }] }] }),
        stores,
      )
    await expect(ask('absent', 5)).rejects.toThrow(BlobMissing)
    const sha256 = stores.put(Buffer.from('12345'))
    await expect(ask(sha256, 5)).resolves.toBeDefined()
    await expect(ask(sha256, 3)).rejects.toThrow(StoredLengthMismatch)
    await expect(ask(sha256, 9)).rejects.toThrow(StoredLengthMismatch)
  })
})
