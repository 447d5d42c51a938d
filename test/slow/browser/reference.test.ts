import { describe, expect, test } from 'vitest'
import { prepare } from '../../e2e/running-service.ts'
import { findViolations } from './find-violations.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'

/** What the page shows is Swagger UI's own; the frame around it is ours. */
const RENDERED = '.swagger-ui'

describe.skipIf(noBrowser !== null)('the reference', () => {
  const browser = useBrowser()

  test('shows every operation, and tries one with the key that the playground was given, asking nobody else', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const { url } = await start({ API_KEYS: 'acme:key-of-acme' })
    const opened = await browser.open(url)
    const { page } = opened
    await page.getByLabel('Key', { exact: true }).fill('key-of-acme')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('What shall it become?').waitFor()
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await page.goto(`${url}/docs`)
    await page.getByRole('heading', { name: /^Pentimento/ }).waitFor()
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> }
    const operations = Object.values(paths).flatMap((methods) => Object.keys(methods))
    expect(await page.locator('.opblock').count()).toBe(operations.length)

    const models = page.locator('#operations-Models-listModels')
    await models.getByRole('button').first().click()
    await models.getByRole('button', { name: 'Execute' }).click()
    await models.locator('.live-responses-table').getByText('"gemini-3-pro-image"').first().waitFor()
    expect(await models.locator('.live-responses-table .response-col_status').last().innerText()).toMatch(/^200/)
    expect([...hosts]).toEqual([url])
    expectNoErrors(opened)
  })

  test.each(['light', 'dark'] as const)('axe-core finds nothing serious in what is ours, %s', async (colorScheme) => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open(`${(await start()).url}/docs`, { colorScheme })
    const { page } = opened
    await page.locator('.opblock').first().waitFor()
    expect(await findViolations(page, RENDERED)).toEqual([])
    const rules = (await findViolations(page)).map((violation) => violation.split(':')[0])
    process.stdout.write(`axe-core on what Swagger UI renders, ${colorScheme}: ${[...new Set(rules)].join(', ') || 'nothing serious'}\n`)
    expectNoErrors(opened)
  })

  test('where the renderer is not served, as on a Worker, leads to the document', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const { url } = await start()
    const opened = await browser.open(url)
    const { page } = opened
    await page.route('**/docs/swagger-ui*', (route) => route.fulfill({ status: 404 }))
    await page.goto(`${url}/docs`)
    await page.getByText('This installation does not render its reference.').waitFor()
    await page.getByRole('main').getByRole('link', { name: '/openapi.json' }).click()
    await page.waitForURL(`${url}/openapi.json`)
  })
})
