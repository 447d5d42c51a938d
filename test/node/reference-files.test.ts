import { expect, test } from 'vitest'
import { serveReferenceFiles } from '../../src/node/reference-files.ts'
import { openClosedApp } from '../http/open-app.ts'

test.each([
  ['swagger-ui-bundle.js', 'text/javascript', 'SwaggerUIBundle'],
  ['swagger-ui.css', 'text/css', '.swagger-ui'],
])('%s is served without a key, packed, and is what the page at /docs loads', async (name, type, holds) => {
  const app = serveReferenceFiles(openClosedApp({ apiKeys: [{ tenantId: 'acme', key: 'secret' }] }))
  const plain = await app.request(`/docs/${name}`)
  expect(plain.status).toBe(200)
  expect(plain.headers.get('Content-Type')).toContain(type)
  expect(await plain.text()).toContain(holds)
  const packed = await app.request(`/docs/${name}`, { headers: { 'Accept-Encoding': 'gzip' } })
  expect(packed.headers.get('Content-Encoding')).toBe('gzip')
})

test('nothing else of that package is', async () => {
  const app = serveReferenceFiles(openClosedApp())
  for (const name of ['package.json', 'index.html', '..%2Fpackage.json']) expect((await app.request(`/docs/${name}`)).status).toBe(404)
})
