import { describe, expect, test } from 'vitest'
import { prepare } from '../../e2e/running-service.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { PlaygroundPage } from './playground-page.ts'

describe.skipIf(noBrowser !== null)('a playground where a key is needed', () => {
  const browser = useBrowser()

  test('asks for it, works with tokens of the session, and keeps the key only where told', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const { url } = await start({ API_KEYS: 'acme:key-of-acme' })
    const opened = await browser.open(url)
    const { page } = opened
    const playground = new PlaygroundPage(page)
    await page.getByLabel('Key', { exact: true }).fill('a-wrong-key')
    await playground.button('Continue').click()
    await playground.says('This key was refused.')
    await page.getByLabel('Key', { exact: true }).fill('key-of-acme')
    await playground.button('Continue').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    const sent: { path: string; bearer: string }[] = []
    page.on('request', (request) => {
      const bearer = request.headers().authorization ?? ''
      if (bearer !== '') sent.push({ path: new URL(request.url()).pathname, bearer: bearer.replace('Bearer ', '') })
    })
    await playground.ask('a ferry')
    await playground.picture('a ferry')
    const withKey = sent.filter(({ bearer }) => bearer === 'key-of-acme').map(({ path }) => path)
    expect([...new Set(withKey.map((path) => path.replace(/ses_\w+/, 'ID')))].toSorted()).toEqual([
      '/v1/sessions',
      '/v1/sessions/ID/tokens',
    ])
    expect(sent.filter(({ bearer }) => bearer.startsWith('pst_')).length).toBeGreaterThan(3)

    const kept = () =>
      page.evaluate(() => ({ here: sessionStorage.getItem('pentimento.key'), forGood: localStorage.getItem('pentimento.key') }))
    expect(await kept()).toEqual({ here: 'key-of-acme', forGood: null })
    await page.reload()
    await playground.picture('a ferry')
    expectNoErrors(opened)
  })
})
