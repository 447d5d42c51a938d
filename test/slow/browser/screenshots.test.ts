import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { connect } from '../../../src/db/connect.ts'
import { drawPhoto } from '../../../src/node/demo/draw-photo.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { prepare, type Setting } from '../../e2e/running-service.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { writePastDay } from './past-day.ts'
import { PlaygroundPage } from './playground-page.ts'

/** Where the pictures of the README go, when they are to be made anew: `npm run screenshots`. */
const FOLDER = process.env.SCREENSHOTS
const BYTES_MAX = 150_000
const COLOURS = 160

/** The page as it is seen, in few colours; kept where that is asked for. */
async function takePicture(page: Page, name: string): Promise<Buffer> {
  const picture = await sharp(await page.screenshot({ animations: 'disabled' }))
    .png({ palette: true, colours: COLOURS, effort: 10, compressionLevel: 9 })
    .toBuffer()
  if (FOLDER !== undefined) {
    await mkdir(FOLDER, { recursive: true })
    await writeFile(`${FOLDER}/${name}.png`, picture)
  }
  return picture
}

/** The day before, of a tenant who has edited a picture. */
async function writePast({ env }: Setting, sessionId: string): Promise<void> {
  const { db, sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'pentimento-test' })
  await writePastDay(db, { tenantId: 'local', sessionId }, systemClock.nowMs())
  await sql.end()
}

describe.skipIf(noBrowser !== null)('the pictures of the README', () => {
  const browser = useBrowser()

  test('show the playground in mid-conversation, and are small', async () => {
    const { start } = await prepare({ edge1kPx: 768 })
    const { url } = await start()
    const { sessions } = createClient({ baseUrl: url })
    for (const title of ['Poster for the harvest fair', 'Kitchen in three colours']) await sessions.create({ title })
    const session = await sessions.create({ title: 'A house by the lake', image: { aspectRatio: '3:2' } })
    await session.edit({ prompt: 'Plant a few fir trees in front of the house', images: [new Uint8Array(await drawPhoto())] })
    const autumn = await session.edit({ prompt: 'Now let it be autumn, in warm evening light' })
    await session.edit({ prompt: 'Let it snow: winter has come' })
    await sessions.update(session.id, { headTurnId: autumn.id })
    await session.edit({ prompt: 'A clear night with stars instead' })
    const opened = await browser.open(`${url}/#/${session.id}`, { viewport: { width: 1280, height: 900 } })
    const playground = new PlaygroundPage(opened.page)
    const night = playground.edit('A clear night with stars instead')
    await night.getByRole('button', { name: 'Compare with before' }).click()
    await opened.page.getByRole('slider').fill('42')
    await playground.nodes.nth(3).locator('img').waitFor()
    await playground.field.fill('Put a rowing boat on the water')
    await night.getByText('Details').scrollIntoViewIfNeeded()
    expect((await takePicture(opened.page, 'playground')).length).toBeLessThan(BYTES_MAX)
    expectNoErrors(opened)
  })

  test('show the dashboard after a busy day, and are small', async () => {
    const given = await prepare({ edge1kPx: 256 })
    const { url } = await given.start()
    const session = await createClient({ baseUrl: url }).sessions.create()
    await session.edit({ prompt: 'a lighthouse' })
    await writePast(given, session.id)
    const opened = await browser.open(`${url}/dashboard#24h`, { viewport: { width: 1280, height: 1000 } })
    await opened.page.getByRole('img', { name: /^Failures by kind, in all: Overloaded/ }).waitFor()
    await opened.page.getByText('Succeeded by Gemini 3 Pro').waitFor()
    expect((await takePicture(opened.page, 'dashboard')).length).toBeLessThan(BYTES_MAX)
    expectNoErrors(opened)
  })
})
