import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { RequestError } from '../../src/domain/problem.ts'
import type { HttpEnv } from '../../src/http/env.ts'
import { createLargeBodies } from '../../src/http/parse/large-bodies.ts'

const MB = 1024 * 1024

/** An application that holds each request open until the test lets it go. */
function holding() {
  const largeBodies = createLargeBodies()
  const held: (() => void)[] = []
  const app = new Hono<HttpEnv>()
  app.post('/', (c) => largeBodies(c, 70 * MB, () => new Promise<Response>((resolve) => held.push(() => resolve(c.text('read'))))))
  app.onError((error, c) => (error instanceof RequestError ? c.text(error.code, 503) : c.text('wrong', 500)))
  const post = (length: number | null, type = 'application/json') =>
    app.request('/', {
      method: 'POST',
      headers: { 'Content-Type': type, ...(length === null ? {} : { 'Content-Length': String(length) }) },
    })
  return { post, held }
}

test('large JSON bodies are taken in up to a total, and refused beyond it until one is done', async () => {
  const { post, held } = holding()
  const first = [post(60 * MB), post(60 * MB)]
  await expect.poll(() => held.length).toBe(2)
  expect(await (await post(60 * MB)).text()).toBe('unavailable')
  expect(await (await post(null)).text()).toBe('unavailable')
  held.shift()?.()
  await first[0]
  const next = post(60 * MB)
  await expect.poll(() => held.length).toBe(2)
  for (const release of held) release()
  expect(await (await next).text()).toBe('read')
})

test('small bodies and forms are never refused for the sake of large ones', async () => {
  const { post, held } = holding()
  const large = [post(70 * MB), post(70 * MB)]
  await expect.poll(() => held.length).toBe(2)
  const others = [post(1_000), post(200 * MB, 'multipart/form-data; boundary=x')]
  await expect.poll(() => held.length).toBe(4)
  for (const release of held) release()
  for (const answer of await Promise.all([...large, ...others])) expect(answer.status).toBe(200)
})
