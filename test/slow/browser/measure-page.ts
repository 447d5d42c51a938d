/** What a page costs whoever opens it. */
import type { Page } from 'playwright-core'

export interface PageCost {
  /** Of the page and its files over the wire, without what it asks of the API. */
  bytes: number
  /** From the beginning of the navigation to the first paint of contents, in ms. */
  paintedMs: number
  /** From the same to when its scripts had run, in ms. */
  interactiveMs: number
}

/** Of a page that was opened with an empty cache. */
export async function measurePage(page: Page): Promise<PageCost> {
  const timings = await page.evaluate(() => {
    const entries = (type: string) => performance.getEntriesByType(type) as (PerformanceNavigationTiming & PerformanceResourceTiming)[]
    const [navigation] = entries('navigation')
    const own = [...entries('navigation'), ...entries('resource')].filter(({ name }) => !new URL(name).pathname.startsWith('/v1/'))
    return {
      bytes: own.reduce((sum, { transferSize }) => sum + transferSize, 0),
      paintedMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      interactiveMs: navigation?.domContentLoadedEventEnd ?? Number.NaN,
    }
  })
  return { bytes: timings.bytes, paintedMs: Math.round(timings.paintedMs), interactiveMs: Math.round(timings.interactiveMs) }
}
