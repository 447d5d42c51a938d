import { describe, expect, test } from 'vitest'
import { prepare } from '../../e2e/running-service.ts'
import { expectNoErrors, noBrowser, useBrowser } from './open-browser.ts'
import { PlaygroundPage } from './playground-page.ts'

/** Waits long enough to be read on the page. */
const SLOW_POLICY = { ENGINE_POLICY: JSON.stringify({ interactive: { backoffBaseMs: 1_500, backoffCapMs: 1_500 } }) }

describe.skipIf(noBrowser !== null)('a conversation in the playground', () => {
  const browser = useBrowser()

  test('a photo is edited through overload, fallback and refusal, and what happens is told in words', async () => {
    const { start, simulator } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start(SLOW_POLICY)).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.dropPhoto()
    await opened.page.getByRole('list', { name: 'Pictures for this edit' }).getByRole('img').waitFor()
    await playground.ask('let it be autumn')
    await playground.picture('let it be autumn')
    expect(
      await playground
        .edit('let it be autumn')
        .getByText(/^Gemini 3 Pro · [\d.]+ s · \$0\.1\d\d$/)
        .count(),
    ).toBe(1)

    await opened.page.getByText('Details').click()
    await opened.page.getByRole('img', { name: 'Interim rendering 1' }).waitFor()

    simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'error', error: 'overloaded' } }])
    await playground.ask('make it night')
    await playground.says('The model is overloaded. Trying again')
    await playground.says(/^in \d s$/)
    await playground.picture('make it night')
    await playground.says(/ · 2 attempts$/)

    simulator.setFaults([{ match: { model: 'gemini-3-pro-image' }, fault: { kind: 'quota_zero' } }])
    await playground.ask('add snow')
    await playground.picture('add snow')
    await playground.says(/^Switched to Nano Banana 2\.1 · /)

    simulator.setFaults([{ match: {}, fault: { kind: 'refusal', refusal: 'image_safety' } }])
    await playground.ask('something it will not do')
    await playground.says('Blocked by the output filter')
    simulator.setFaults([])
    await playground.button('Try the same again').click()
    await playground.picture('something it will not do')
    await playground.says('2 of 2')
    expectNoErrors(opened)
  })

  test('an earlier picture begins a branch; undo, redo and versions lead through the tree', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const { url } = await start()
    const opened = await browser.open(url)
    const playground = new PlaygroundPage(opened.page)
    for (const prompt of ['a cottage', 'at night', 'in snow']) {
      await playground.ask(prompt)
      await playground.picture(prompt)
    }
    await playground.edit('a cottage').getByRole('button', { name: 'a cottage' }).click()
    await playground.says('Undone: the next edit continues from above')
    await playground.ask('at sea')
    await playground.picture('at sea')
    expect(await playground.edits.count()).toBe(2)
    expect(await playground.nodes.count()).toBe(4)

    await playground.field.press('Control+z')
    await playground.says('Undone: the next edit continues from above')
    await playground.field.press('Control+Shift+z')
    await opened.page.getByRole('treeitem', { name: /^at sea, the next edit continues from here/ }).waitFor()

    await playground.edit('at sea').getByRole('button', { name: 'Make it again' }).click()
    await opened.page.getByText('3 of 3').waitFor()
    await playground.picture('at sea')
    await playground.button('Version before').click()
    await opened.page.getByText('2 of 3').waitFor()
    await opened.page.getByRole('treeitem', { name: /^in snow/ }).press('Enter')
    await playground.picture('in snow')
    expect(await playground.edits.count()).toBe(3)
    expectNoErrors(opened)
  })

  test('an edit is stopped with Escape, rephrased, and answered in words alone', async () => {
    const { start, simulator } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'silence' } }])
    await playground.ask('a tower')
    await playground.says('Gemini 3 Pro is at work')
    await playground.field.press('Escape')
    await playground.says('Stopped')
    await playground.button('Rephrase').click()
    expect(await playground.field.inputValue()).toBe('a tower')
    await playground.ask('which colour? ?ask')
    await playground.edit('which colour? ?ask').getByRole('toolbar').waitFor()
    expect(await playground.edit('which colour? ?ask').getByRole('img').count()).toBe(0)
    await playground.edit('which colour? ?ask').getByText('Which part of the picture should I change, and how?').waitFor()
    await playground.ask('a red one')
    await playground.picture('a red one')
    expectNoErrors(opened)
  })

  test('an answer that comes after its edit was stopped can be used after all', async () => {
    const { start, simulator } = await prepare({ edge1kPx: 256, latency: { '*': { minMs: 3_000, maxMs: 3_000 } } })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.ask('a mill')
    await playground.says('Gemini 3 Pro is at work')
    await playground.button('Stop').click()
    await playground.says('Stopped')
    expect(await playground.button('Use the late answer').count()).toBe(0)
    await playground.says('An answer came after all. It is paid for, and you can use it.')
    await playground.button('Use the late answer').click()
    await (await playground.picture('a mill')).waitFor()
    await opened.page.getByRole('treeitem', { name: /^a mill, the next edit continues from here/ }).waitFor()
    expect(simulator.counts()).toMatchObject({ generated: 1 })
    expectNoErrors(opened)
  })

  test('a photo is pasted, and left out again', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.pastePhoto()
    const pictures = opened.page.getByRole('list', { name: 'Pictures for this edit' })
    await pictures.getByRole('img', { name: 'house.jpg' }).waitFor()
    await playground.button('Leave out house.jpg').click()
    await pictures.waitFor({ state: 'detached' })
    expectNoErrors(opened)
  })

  test('before and after are compared with the arrow keys', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.dropPhoto()
    await playground.ask('at dusk')
    await playground.picture('at dusk')
    await playground.button('Compare with before').click()
    const slider = opened.page.getByRole('slider')
    await slider.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toBe('49 percent before')
    await playground.button('Compare with before').click()
    expect(await slider.count()).toBe(0)
    expectNoErrors(opened)
  })

  test('sessions are kept in the list, named after their first edit, renamed and deleted', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    const sessions = opened.page.getByRole('navigation', { name: 'Sessions' })
    await playground.ask('a windmill')
    await playground.picture('a windmill')
    await playground.button('New session').click()
    await playground.says('What shall it become?')
    await playground.ask('a bridge')
    await playground.picture('a bridge')
    await sessions.getByRole('link', { name: /^a windmill/ }).click()
    await playground.picture('a windmill')
    await playground.button('a windmill').click()
    await opened.page.getByLabel('Name of the session').fill('The mill')
    await opened.page.keyboard.press('Enter')
    await sessions.getByRole('link', { name: /^The mill/ }).waitFor()
    await opened.page.getByLabel('This session').click()
    await playground.button('Delete this session …').click()
    await playground.button('Delete').click()
    await playground.says('What shall it become?')
    expect(await sessions.getByRole('listitem').count()).toBe(1)
    expectNoErrors(opened)
  })

  test('a session is saved as a file, and comes back from it as another session', async () => {
    const { start } = await prepare({ edge1kPx: 256 })
    const opened = await browser.open((await start()).url)
    const playground = new PlaygroundPage(opened.page)
    await playground.ask('a paper boat')
    await playground.picture('a paper boat')
    await opened.page.getByLabel('This session').click()
    const [download] = await Promise.all([
      opened.page.waitForEvent('download'),
      playground.button('Everything, to import again (zip)').click(),
    ])
    expect(download.suggestedFilename()).toBe('a-paper-boat.zip')
    const [chooser] = await Promise.all([opened.page.waitForEvent('filechooser'), playground.button('Import').click()])
    await chooser.setFiles(await download.path())
    await opened.page.getByRole('navigation', { name: 'Sessions' }).getByRole('listitem').nth(1).waitFor()
    await playground.picture('a paper boat')
    expectNoErrors(opened)
  })
})
