import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ASSETS, PAGES } from '../../src/playground/assets.ts'
import { openClosedApp } from '../http/open-app.ts'

const GZIPPED_BYTES_MAX = 150_000

const filesOf = (html: string) => [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)

describe.each(Object.entries(PAGES))('the page at %s', (path, html) => {
  test('is served without a key, and may run and load nothing but its own files', async () => {
    const app = openClosedApp({ apiKeys: [{ tenantId: 'acme', key: 'secret' }] })
    const page = await app.request(path)
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html/)
    expect(page.headers.get('Cache-Control')).toBe('no-cache')
    const policy = page.headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(await page.text()).not.toMatch(/<style|style=|<script>|\son\w+=|[{}]/)
  })

  test('names all that its scripts load', () => {
    const named = filesOf(html)
    const loaded = named.flatMap((file) =>
      [...(ASSETS[file]?.body ?? '').matchAll(/from"\.\/([^"]+)"/g)].map(([, name]) => `/assets/${name}`),
    )
    expect(loaded.length).toBeGreaterThan(0)
    expect(named).toEqual(expect.arrayContaining(loaded))
  })

  test('is compressed for whoever takes it, and small', async () => {
    const app = openClosedApp()
    const sizes = await Promise.all(
      [path, ...filesOf(html)].map(async (file) => {
        const answer = await app.request(file, { headers: { 'Accept-Encoding': 'gzip' } })
        return (await answer.arrayBuffer()).byteLength
      }),
    )
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    expect(total).toBeLessThan(GZIPPED_BYTES_MAX)
    const uncompressed = filesOf(html).reduce((text, file) => text + ASSETS[file]?.body, html)
    expect(total).toBeLessThan(gzipSync(uncompressed).byteLength * 1.2)
  })
})

test('everything a page names is served under its hash, to be kept for ever, and there is nothing else', async () => {
  const app = openClosedApp()
  const named = new Set(Object.values(PAGES).flatMap(filesOf))
  expect([...named].toSorted()).toEqual(Object.keys(ASSETS).toSorted())
  for (const path of named) {
    expect(path).toMatch(/^\/assets\/[a-z]+\.[A-Z0-9]{8}\.(?:js|css|svg)$/)
    const asset = await app.request(path)
    expect(asset.status).toBe(200)
    expect(asset.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(asset.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(asset.headers.get('Content-Type')).toBe(ASSETS[path]?.type)
    expect(await asset.text()).toBe(ASSETS[path]?.body)
  }
})

test('files of another version are not found', async () => {
  const answer = await openClosedApp().request('/assets/playground.00000000.js')
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ code: 'not_found' })
})
