import { describe, expect, test } from 'vitest'
import { prepare } from '../../e2e/running-service.ts'
import { startCuttingProxy } from '../../support/cutting-proxy.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { PlaygroundPage } from './playground-page.ts'

/** Long enough to lose a connection, or to reload, while the model is at work. */
const AT_WORK = { edge1kPx: 256, latency: { '*': { minMs: 2_500, maxMs: 2_500 } } }

describe.skipIf(noBrowser !== null)('a playground that loses its connection', () => {
  const browser = useBrowser()

  test('says so while the edit goes on, and comes back by itself', async () => {
    const { start, simulator } = await prepare(AT_WORK)
    const proxy = await startCuttingProxy((await start()).url)
    const opened = await browser.open(proxy.url)
    const playground = new PlaygroundPage(opened.page)
    await playground.ask('a harbour')
    await playground.says('Gemini 3 Pro is at work')
    proxy.refuse(true)
    proxy.cut()
    await playground.says('The connection is lost. Edits go on meanwhile; this page comes back by itself.')
    proxy.refuse(false)
    await playground.picture('a harbour')
    await opened.page.getByText('The connection is lost.').first().waitFor({ state: 'detached' })
    expect(simulator.counts()).toMatchObject({ generated: 1 })
    expectNoErrors(opened)
  })

  test('takes up the edit under way after a reload', async () => {
    const { start, simulator } = await prepare(AT_WORK)
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.ask('a quarry')
    await playground.says('Gemini 3 Pro is at work')
    await opened.page.reload()
    await playground.says('Gemini 3 Pro is at work')
    await playground.picture('a quarry')
    expect(await playground.edits.count()).toBe(1)
    expect(simulator.counts()).toMatchObject({ generated: 1 })
    expectNoErrors(opened)
  })

  test('an edit whose answer was lost on the way is no second edit', async () => {
    const { start, simulator } = await prepare(AT_WORK)
    const proxy = await startCuttingProxy((await start()).url)
    const opened = await browser.open(proxy.url)
    const playground = new PlaygroundPage(opened.page)
    let answersToLose = 1
    proxy.onAnswer((bytes) => (bytes.includes('HTTP/1.1 202') && answersToLose-- > 0 ? 'cut' : 'pass'))
    await playground.ask('a well')
    await playground.picture('a well')
    expect(answersToLose).toBeLessThanOrEqual(0)
    expect(await playground.edits.count()).toBe(1)
    expect(simulator.counts()).toMatchObject({ generated: 1 })
    expectNoErrors(opened)
  })
})
