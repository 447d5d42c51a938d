import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { photo, prepare } from '../../e2e/running-service.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const START = `
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { ChatEditor } from './examples/chat-editor.tsx'
const { baseUrl, sessionId, token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
const getToken = () => token
createRoot(document.getElementById('app')).render(createElement(ChatEditor, { baseUrl, sessionId, getToken }))
`

/** The component in a page of its own, on another origin than the service. */
async function serveExample(): Promise<string> {
  const built = await build({
    stdin: { contents: START, resolveDir: ROOT, loader: 'tsx' },
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  const script = built.outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="/app.js"></script>',
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

describe.skipIf(noBrowser !== null)('the React example', () => {
  const browser = useBrowser()

  test('edits a picture from another origin with a token, through a fallback and after a reload', async () => {
    const { start, simulator } = await prepare({ edge1kPx: 256 })
    const page = await serveExample()
    const { url } = await start({ API_KEYS: 'acme:key-of-acme', CORS_ORIGINS: page })
    const { sessions } = createClient({ baseUrl: url, key: 'key-of-acme' })
    const { id: sessionId } = await sessions.create()
    const { token } = await sessions.createToken(sessionId)
    const opened = await browser.open(`${page}/#${new URLSearchParams({ baseUrl: url, sessionId, token })}`)
    await opened.page
      .getByLabel('Picture', { exact: true })
      .setInputFiles({ name: 'house.jpg', mimeType: 'image/jpeg', buffer: await photo() })
    await opened.page.getByLabel('What to do').fill('let it snow')
    await opened.page.getByRole('button', { name: 'Send' }).click()
    await opened.page.getByRole('img', { name: 'let it snow' }).waitFor()

    simulator.setFaults([{ match: { model: 'gemini-3-pro-image' }, fault: { kind: 'quota_zero' } }])
    await opened.page.getByLabel('What to do').fill('melt it')
    await opened.page.getByRole('button', { name: 'Send' }).click()
    await opened.page.getByRole('img', { name: 'melt it' }).waitFor()
    await opened.page.reload()
    await opened.page.getByRole('img', { name: 'melt it' }).waitFor()
    const shown = opened.page.getByRole('img')
    expect(await shown.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).alt))).toEqual(['let it snow', 'melt it'])
    expectNoErrors(opened)
  })
})
