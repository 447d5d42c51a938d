import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { noteHolding } from '../../../src/db/alert-queries.ts'
import { connect } from '../../../src/db/connect.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { prepare, type Setting } from '../../e2e/running-service.ts'
import { startCuttingProxy } from '../../support/cutting-proxy.ts'
import { findViolations } from './find-violations.ts'
import { measurePage } from './measure-page.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { writePastDay } from './past-day.ts'

/** Figures are read a second after an event, and every ten seconds. */
const soon: typeof expect.poll = (read) => expect.poll(read, { timeout: 20_000 })
const SMALL = { edge1kPx: 256 }

const tile = (page: Page, name: string) => page.locator('.tile').filter({ hasText: name }).locator('.tile-value')
const chart = (page: Page, name: string) => page.getByRole('img', { name: new RegExp(`^${name}`) })
const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** A day of attempts, an alert that fires and one that has ceased to. */
async function fillPast({ env }: Setting, sessionId: string): Promise<void> {
  const { db, sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'pentimento-test' })
  const nowMs = systemClock.nowMs()
  await writePastDay(db, { tenantId: 'local', sessionId }, nowMs)
  const alert = { tenantId: 'local', subject: '', severity: 'warning', value: 0.42, threshold: 0.3, forMs: 0 } as const
  await noteHolding(db, [{ ...alert, rule: 'rate_limited' }], nowMs - 3_600_000)
  await noteHolding(db, [{ ...alert, rule: 'overloaded' }], nowMs - 600_000)
  await sql.end()
}

describe.skipIf(noBrowser !== null)('the dashboard', () => {
  const browser = useBrowser()

  test('begins with nothing, and shows an edit as it is carried out, through overload and fallback', async () => {
    const { start, simulator } = await prepare({ ...SMALL, latency: { '*': { minMs: 1_500, maxMs: 1_500 } } })
    const { url } = await start()
    const opened = await browser.open(`${url}/dashboard`)
    const { page } = opened
    await page.getByText('Nothing was asked for in the last hour.').waitFor()
    await page.getByText('No alert fires.').waitFor()
    expect(await tile(page, 'Success rate').innerText()).toBe('–')

    simulator.setFaults([{ match: { model: 'gemini-3-pro-image' }, fault: { kind: 'quota_zero' } }])
    const session = await createClient({ baseUrl: url }).sessions.create()
    const edit = session.edit({ prompt: 'a harbour' })
    const live = panel(page, 'Live')
    await live.getByText(/attempt 2 \(fallback\)/).waitFor()
    await edit
    await live.getByText('Succeeded by Nano Banana 2.1 (fallback)').waitFor()
    await live.getByText('Nothing is under way.').waitFor()
    await soon(() => tile(page, 'Success rate').innerText()).toBe('50 %')
    expect(await tile(page, 'Fallbacks').innerText()).toBe('100 %')
    const models = page.getByRole('row', { name: /^Gemini 3 Pro/ })
    expect(await models.getByRole('cell').allInnerTexts()).toEqual(['Healthy', '1', '0 %', '–', '–', '0', '$0'])
    await chart(page, 'Failures by kind, in all: Quota used up 1').waitFor()
    expectNoErrors(opened)
  })

  test.each(['light', 'dark'] as const)('tells a day in charts, and as tables; axe-core finds nothing serious, %s', async (colorScheme) => {
    const given = await prepare(SMALL)
    const { url } = await given.start()
    const { id } = await createClient({ baseUrl: url }).sessions.create()
    await fillPast(given, id)
    const opened = await browser.open(`${url}/dashboard`, { colorScheme })
    const { page } = opened
    await page.getByRole('radio', { name: '24 hours' }).press('ArrowRight')
    await page.getByLabel('24 hours').check()
    await page.getByText('Many attempts meet an overloaded model').waitFor()
    await page.getByText('Resolved within a day: 1').click()
    await soon(async () => Number(await tile(page, 'Edits').innerText())).toBeGreaterThan(500)
    expect(await page.locator('canvas').count()).toBe(5)
    for (const name of ['Success rate', 'Time to an answer', 'Failures by kind', 'Answers', 'Cost per day']) {
      await chart(page, `${name}, (?:most recently|in all): `).waitFor()
    }
    const failures = panel(page, 'Failures by kind')
    await failures.getByText('As a table').click()
    const columns = await failures.getByRole('columnheader').allInnerTexts()
    expect(columns).toEqual(['When', 'Overloaded', expect.any(String), expect.any(String)])
    expect(await findViolations(page)).toEqual([])

    await page.locator('.plot').first().hover()
    await panel(page, 'Success rate')
      .getByText(/^\d\d:\d\d$/)
      .first()
      .waitFor()
    await page.reload()
    await soon(() => page.getByLabel('24 hours').isChecked()).toBe(true)
    expectNoErrors(opened)
  })

  test('says that the connection is lost, keeps its figures, and goes on by itself', async () => {
    const { start } = await prepare(SMALL)
    const proxy = await startCuttingProxy((await start()).url)
    const opened = await browser.open(`${proxy.url}/dashboard#5m`)
    const { page } = opened
    await page.getByText('Nothing was asked for in the last five minutes.').waitFor()
    proxy.refuse(true)
    proxy.cut()
    await page.getByText('The connection is lost.').waitFor()
    expect(await tile(page, 'Edits').innerText()).toBe('0')
    proxy.refuse(false)
    await page.getByText('The connection is lost.').waitFor({ state: 'detached' })
    await (await createClient({ baseUrl: proxy.url }).sessions.create()).edit({ prompt: 'a pier' })
    await soon(() => tile(page, 'Edits').innerText()).toBe('1')
    expectNoErrors(opened)
  })

  test('says when figures cannot be read, and goes on by itself', async () => {
    const { start } = await prepare(SMALL)
    const opened = await browser.open(`${(await start()).url}/dashboard#5m`)
    const { page } = opened
    await page.getByText('No alert fires.').waitFor()
    await page.route('**/v1/stats?*', (route) => route.fulfill({ status: 500 }))
    await page.getByText('The figures could not be read: Something in between answered 500. It is tried again.').waitFor()
    expect(await tile(page, 'Edits').innerText()).toBe('0')
    await page.unroute('**/v1/stats?*')
    await page.getByText('The figures could not be read').waitFor({ state: 'detached' })
    expectNoErrors(opened)
  })

  test('asks for a key where one is needed, and shares it with the playground', async () => {
    const { start } = await prepare(SMALL)
    const { url } = await start({ API_KEYS: 'acme:key-of-acme' })
    const opened = await browser.open(`${url}/dashboard`)
    const { page } = opened
    await page.getByLabel('Key', { exact: true }).fill('a-wrong-key')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('This key was refused.').waitFor()
    expect(await findViolations(page)).toEqual([])
    await page.getByLabel('Key', { exact: true }).fill('key-of-acme')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Nothing was asked for').waitFor()
    await page.getByRole('link', { name: 'Playground', exact: true }).click()
    await page.getByText('What shall it become?').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expectNoErrors(opened)
  })

  test('fits a phone, and is small and soon there', async () => {
    const { start } = await prepare(SMALL)
    const opened = await browser.open(`${(await start()).url}/dashboard`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    const { page } = opened
    await page.getByText('No alert fires.').waitFor()
    const cost = await measurePage(page)
    process.stdout.write(`dashboard: ${cost.bytes} bytes over the wire, interactive after ${cost.interactiveMs} ms\n`)
    expect(cost.bytes).toBeGreaterThan(5_000)
    expect(cost.bytes).toBeLessThan(150_000)
    expect(cost.interactiveMs).toBeLessThan(1_000)
    expect(await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])).toEqual([360, 360])
    expect(await findViolations(page)).toEqual([])
    expectNoErrors(opened)
  })
})
