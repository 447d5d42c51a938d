import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { expect, onTestFinished, test, vi } from 'vitest'
import { call, edit, photo, prepare, say, show, upload } from './running-service.ts'

vi.setConfig({ testTimeout: 60_000 })

const BUCKET = 'pictures'

async function startS3(): Promise<{ env: Record<string, string>; objects(): Promise<string[]> }> {
  const directory = await mkdtemp(join(tmpdir(), 's3-e2e-'))
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory })
  const { port } = await server.run()
  onTestFinished(async () => {
    await server.close()
    await rm(directory, { recursive: true })
  })
  await server.store.putBucket(BUCKET)
  return {
    env: {
      BLOB_STORE: `s3://${BUCKET}?endpoint=http://127.0.0.1:${port}&region=us-east-1`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    objects: async () =>
      (await readdir(join(directory, BUCKET), { recursive: true }))
        .filter((name) => name.endsWith('_S3rver_object'))
        .map((name) => name.replace(/\._S3rver_object$/, '')),
  }
}

test('a conversation with its pictures in S3: given, sent, made, shown, replayed and removed', async () => {
  const s3 = await startS3()
  const { start, env } = await prepare({ edge1kPx: 64, textRate: 0 })
  const { url } = await start(s3.env)
  const given = await photo()
  const media = (await upload(url, given)).body
  const session = (await call(url, 'POST', '/v1/sessions', {})).body.id
  const first = await edit(url, session, [show(media.id), say('add a kite')])
  const second = await edit(url, session, [say('make it dusk')])
  expect([first.body.status, second.body.status]).toEqual(['succeeded', 'succeeded'])
  expect(second.body.historyFidelity).toBe('exact')

  const content = await fetch(`${url}/v1/media/${media.id}/content`)
  expect(Buffer.from(await content.arrayBuffer())).toEqual(given)
  const part = await fetch(`${url}/v1/media/${media.id}/content`, { headers: { range: 'bytes=10-19' } })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.arrayBuffer())).toEqual(given.subarray(10, 20))
  const thumbnail = await fetch(`${url}/v1/media/${second.body.output?.image?.mediaId}/thumbnail?w=64`)
  expect(thumbnail).toMatchObject({ status: 200 })
  expect(thumbnail.headers.get('content-type')).toBe('image/webp')

  // The photo, its copy without metadata, of each turn a draft and the picture, one thumbnail; and nothing on the service's disk.
  expect(await s3.objects()).toHaveLength(7)
  expect(await readdir(String(env.DATA_DIR))).not.toContain('media')
  expect((await call(url, 'DELETE', `/v1/sessions/${session}`)).body).toMatchObject({ turns: 2, media: 5 })
  expect(await s3.objects()).toHaveLength(0)
})
