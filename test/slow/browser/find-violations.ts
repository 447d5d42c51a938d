/** axe-core, asked about a page as it is. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds beyond matters of taste, as `rule: element`; without what lies within `beyond` (a selector). */
export async function findViolations(page: Page, beyond?: string): Promise<string[]> {
  await page.evaluate(axe)
  const scope = beyond === undefined ? 'document' : `{ exclude: [[${JSON.stringify(beyond)}]] }`
  const found: unknown = await page.evaluate(`axe.run(${scope}, { resultTypes: ["violations"] }).then(({ violations }) => violations)`)
  return (found as { id: string; impact: string; nodes: { html: string }[] }[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
