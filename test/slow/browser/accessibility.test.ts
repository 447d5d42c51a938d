import { describe, expect, test } from 'vitest'
import { prepare } from '../../e2e/running-service.ts'
import { findViolations } from './find-violations.ts'
import { measurePage } from './measure-page.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { PlaygroundPage } from './playground-page.ts'

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
describe.skipIf(noBrowser !== null)('the playground is for everyone', () => {
  const browser = useBrowser()

  test('what these tests look for would be found', async () => {
    const { start } = await prepare()
    const { page, errors } = await browser.open((await start()).url)
    await page.evaluate(() => {
      document.body.append(document.createElement('input'))
      document.body.setAttribute('style', 'color: red')
    })
    expect(await findViolations(page)).toEqual([expect.stringMatching(/^label: <input/)])
    expect(errors).toEqual([expect.stringContaining('Content Security Policy')])
  })

  test.each(['light', 'dark'] as const)('axe-core finds nothing serious in any state, %s', async (colorScheme) => {
    const { start, simulator } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url, { colorScheme })
    const { page } = opened
    const playground = new PlaygroundPage(page)
    await playground.says('What shall it become?')
    expect(await findViolations(page)).toEqual([])

    await playground.dropPhoto()
    await playground.ask('a terrace')
    await playground.picture('a terrace')
    await playground.button('Compare with before').click()
    await page.getByText('Details').click()
    expect(await findViolations(page)).toEqual([])

    await playground.button('Undo').click()
    await playground.says('Undone: the next edit continues from above')
    expect(await findViolations(page)).toEqual([])

    simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'silence' } }])
    await playground.ask('a pergola')
    await playground.says('Gemini 3 Pro is at work')
    expect(await findViolations(page)).toEqual([])
    await playground.button('Stop').click()
    await playground.says('Stopped')

    simulator.setFaults([{ match: {}, fault: { kind: 'refusal', refusal: 'prompt_safety' } }])
    await playground.ask('what it refuses')
    await playground.says(/^Blocked/)
    expect(await findViolations(page)).toEqual([])
    await page.getByLabel('This session').click()
    expect(await findViolations(page)).toEqual([])
    await page.getByLabel('This session').click()
    await page.getByRole('heading', { name: 'Edits' }).click()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    expect(await findViolations(page)).toEqual([])
    expectNoErrors(opened)
  })

  test('a phone shows everything in its width, sessions and tree in drawers', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url, PHONE)
    const { page } = opened
    const playground = new PlaygroundPage(page)
    const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
    expect(await widths()).toEqual([360, 360])
    await playground.ask('a lighthouse with a name that is far too long for the header of a phone')
    await page.getByRole('toolbar').waitFor()
    expect(await widths()).toEqual([360, 360])
    await playground.button('Tree of edits').click()
    await playground.nodes.first().waitFor()
    await playground.button('Close the tree of edits').click()
    await playground.button('Sessions').click()
    await page.getByRole('link', { name: /^a lighthouse/ }).waitFor()
    expect(await findViolations(page)).toEqual([])
    expectNoErrors(opened)
  })

  test('progress is read out once a change, and the page is small and soon there', async () => {
    const { start, simulator } = await prepare({ edge1kPx: 256 })
    const { url } = await start()
    const opened = await browser.open(url)
    const { page } = opened
    const playground = new PlaygroundPage(page)
    const cost = await measurePage(page)
    process.stdout.write(`playground: ${cost.bytes} bytes over the wire, interactive after ${cost.interactiveMs} ms\n`)
    expect(cost.bytes).toBeGreaterThan(5_000)
    expect(cost.bytes).toBeLessThan(150_000)
    expect(cost.interactiveMs).toBeLessThan(1_000)

    simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'silence' } }])
    const status = page.getByRole('status')
    await playground.ask('a lane')
    await status.getByText('Gemini 3 Pro is at work').waitFor()
    expect(await status.innerText()).toBe('Gemini 3 Pro is at work')
    await playground.button('Stop').click()
    await status.getByText(/^Stopped/).waitFor()
    expectNoErrors(opened)
  })
})
