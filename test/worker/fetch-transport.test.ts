import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unstable_startWorker as startWorker } from 'wrangler'
import { startUpstream } from '../gemini/local-upstream.ts'

describe('the transport of Workers, in workerd', () => {
  let worker: Awaited<ReturnType<typeof startWorker>>
  beforeAll(async () => {
    worker = await startWorker({
      config: fileURLToPath(new URL('./transport-worker.toml', import.meta.url)),
      dev: { logLevel: 'none', server: { port: 0 }, inspector: false, persist: false },
    })
    await worker.ready
  })
  afterAll(() => worker.dispose())

  async function ask(to: string, pieces: number): Promise<unknown> {
    const response = await worker.fetch(`http://worker/?${new URLSearchParams({ to, pieces: String(pieces) })}`)
    return response.json()
  }

  it('streams a body of known length out, and an answer in', async () => {
    let seen = {}
    const { baseUrl, stop } = await startUpstream(async (request, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding, 'x-from': from } = request.headers
      seen = {
        length,
        encoding,
        from,
        sha256: createHash('sha256')
          .update(await buffer(request))
          .digest('hex'),
      }
      response.setHeader('x-kept', 'yes')
      response.end(Buffer.alloc(3_000_000))
    })
    const expected = createHash('sha256')
    for (let count = 0; count < 300; count += 1) expected.update(new Uint8Array(65_536).fill(count % 256))
    expect(await ask(baseUrl, 300)).toMatchObject({ status: 200, bytes: 3_000_000, headers: { 'x-kept': 'yes' } })
    expect(seen).toEqual({ length: String(300 * 65_536), encoding: undefined, from: 'worker', sha256: expected.digest('hex') })
    await stop()
  })

  it('takes a redirect for an answer', async () => {
    const { baseUrl, stop } = await startUpstream((request, response) => {
      request.resume()
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    })
    expect(await ask(baseUrl, 1)).toMatchObject({ status: 307 })
    await stop()
  })

  it('fails by a TransportError where the answer breaks off', async () => {
    const { baseUrl, stop } = await startUpstream((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-length': '1000' }).write('only this', () => response.destroy())
    })
    expect(await ask(baseUrl, 1)).toEqual({ failed: 'unknown' })
    await stop()
  })
})
