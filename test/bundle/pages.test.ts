import { beforeAll, expect, test } from 'vitest'
import type { ServiceContext } from '../../src/services/context.ts'
import { SAMPLE } from './sample-bundle.ts'
import { type Picture, storePictures, storeSession } from './store-session.ts'
import { exportBytes, openPlace } from './two-tenants.ts'

let ctx: ServiceContext
let pictures: Picture[]
beforeAll(async () => {
  ctx = (await openPlace()).as('here')
  pictures = await storePictures(ctx)
})

const NASTY = `</title><script>alert("1")</script> '"> & ![x](http://tracker.example/y.png) \n# not a heading\n- no list`

async function told(format: 'html' | 'markdown'): Promise<string> {
  const [first, failed, last] = SAMPLE.turns
  if (first === undefined || failed === undefined || last === undefined) throw new Error('the sample has three turns')
  const turns = [first, { ...failed, input: [NASTY] }, { ...last, input: [0, NASTY] }]
  const settings = { ...SAMPLE.settings, title: NASTY, systemInstruction: NASTY }
  const { sessionId } = await storeSession(ctx, { ...SAMPLE, settings, turns }, pictures)
  return (await exportBytes(ctx, sessionId, { format })).toString()
}

test('a page holds every picture once, and loads and runs nothing', async () => {
  const page = await told('html')
  const images = [...page.matchAll(/<img [^>]*src="data:(image\/\w+);base64,([^"]+)"/g)]
  const shown = [pictures[0], pictures[1]].map((picture) => picture?.bytes)
  expect(images.map(([, , data = '']) => Buffer.from(data, 'base64').length)).toEqual(shown)
  expect(page).toContain(`content="default-src 'none'; img-src data:;`)
  expect(page.match(/<(script|iframe|link|object|form|base)\b/gi)).toBeNull()
  expect(page.match(/\b(src|href)="(?!#|data:image\/)/g)).toBeNull()
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
})

test('a page shows the tree: each turn, what it hangs on, how it ended, and the head', async () => {
  const page = await told('html')
  expect([...page.matchAll(/<article id="(turn-\d)"/g)].map(([, id]) => id)).toEqual(['turn-1', 'turn-2', 'turn-3'])
  const tree = page.slice(page.indexOf('<nav>'), page.indexOf('</nav>'))
  expect(tree.match(/<ul>/g)).toHaveLength(3)
  expect(tree).toMatch(/#turn-2">Turn 2<\/a>.*failed/)
  expect(tree).toMatch(/#turn-3">Turn 3<\/a>.*head/)
  expect(page.match(/after <a href="#turn-1">/g)).toHaveLength(2)
})

test('in Markdown words are only words, and pictures link to the files of the zip', async () => {
  const markdown = await told('markdown')
  expect(markdown).not.toMatch(/(?<!\\)<script/)
  expect(markdown).not.toMatch(/(?<!\\)!(?<!\\)\[x/)
  expect(markdown.match(/^#+ /gm)).toEqual(['# ', '## ', '## ', '## '])
  expect(markdown.match(/!\[[^\]]*\]\(media\/[0-9a-f]{64}\.(png|jpg)\)/g)).toHaveLength(4)
})
