/** A real Chromium, and a page in it that is watched for errors. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
/** Nothing but the tests' own traffic, and no sandbox, which root does not get. */
const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]
const STEP_MS_MAX = 30_000

/** Why the tests of this folder cannot run here; null when they can. */
export const noBrowser = existsSync(CHROMIUM) ? null : `there is no Chromium at ${CHROMIUM}: install it, or name another by CHROMIUM_PATH`
if (noBrowser !== null) process.stdout.write(`skipped: ${noBrowser}\n`)

export interface OpenPage {
  page: Page
  /** What the page reported as wrong so far. */
  errors: string[]
}

/** One browser for the file; each page has a profile of its own, and is closed with its test. */
export function useBrowser(): { open(url: string, options?: BrowserContextOptions): Promise<OpenPage> } {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  })
  afterAll(() => browser?.close())
  return {
    open: async (url, options = {}) => {
      if (browser === undefined) throw new Error('the browser has not started')
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options })
      onTestFinished(() => context.close())
      context.setDefaultTimeout(STEP_MS_MAX)
      const page = await context.newPage()
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        // The browser itself notes every answer that is no success; whether it should have come is for the test to say.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text())
      })
      await page.goto(url)
      return { page, errors }
    },
  }
}

/** Nothing threw, and the content security policy had nothing to forbid. */
export function expectNoErrors({ errors }: OpenPage): void {
  expect(errors).toEqual([])
}
