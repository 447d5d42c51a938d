import { expect, test } from 'vitest'
import { contactSheet, type SheetTurn } from '../../src/node/demo/contact-sheet.ts'
import { layoutTree } from '../../src/node/demo/tree-layout.ts'

const attempt = {
  n: 1,
  model: 'gemini-3-pro-image',
  durationMs: 1200,
  outcome: 'succeeded',
  httpStatus: 200,
  message: null,
  next: 'done',
  waitMs: 0,
}

function sheetTurn(name: string, changes: Partial<SheetTurn> = {}): SheetTurn {
  return {
    name,
    title: name,
    prompt: 'Let it snow',
    notice: 'Snow',
    parent: null,
    picture: `${name}.jpg`,
    interimPictures: [],
    elapsedMs: 1500,
    turn: {
      id: `trn_${name}`,
      parentId: null,
      status: 'succeeded',
      output: null,
      model: 'gemini-3-pro-image',
      fallback: false,
      historyFidelity: 'exact',
      attempts: [{ ...attempt, billed: 'yes', costUsd: 0.134 }],
      costUsd: 0.134,
      error: null,
      createdAt: '2026-11-20T12:00:00Z',
      endedAt: '2026-11-20T12:00:01Z',
    },
    ...changes,
  }
}

const sheet = (turns: SheetTurn[]) => contactSheet({ title: 'A house', subtitle: 'Held with nobody.', photo: 'photo.jpg', turns })

test('the main line runs to the right in one row, and every branch opens a row of its own', () => {
  const nodes = [
    { name: '1', parent: null },
    { name: '2', parent: '1' },
    { name: '3', parent: '2' },
    { name: '2b', parent: '2' },
    { name: '2b1', parent: '2b' },
    { name: '1b', parent: '1' },
  ]
  expect(Object.fromEntries(layoutTree(nodes))).toEqual({
    '1': { column: 0, row: 0 },
    '2': { column: 1, row: 0 },
    '3': { column: 2, row: 0 },
    '2b': { column: 2, row: 1 },
    '2b1': { column: 3, row: 1 },
    '1b': { column: 1, row: 2 },
  })
})

test('whatever stands in a prompt, a message or a file name is shown as text, not carried out', () => {
  const hostile = `"><script>alert('x')</script>&amp;`
  const page = sheet([sheetTurn('one', { prompt: hostile, title: hostile, notice: hostile, picture: hostile })])
  expect(page).not.toContain('<script')
  expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;')
})

test('the page names every picture and fetches nothing from elsewhere', () => {
  const page = sheet([sheetTurn('one', { interimPictures: ['one-interim-1.jpg'] }), sheetTurn('two', { parent: 'one' })])
  const links = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1])
  expect(new Set(links)).toEqual(new Set(['photo.jpg', 'one.jpg', 'one-interim-1.jpg', 'two.jpg', 'conversation.json', 'service.log']))
  expect(page).not.toMatch(/https?:|url\(|@import/)
})

test('a turn without a picture says why', () => {
  const { turn } = sheetTurn('one')
  const error = { code: 'content_blocked', title: 'The content was blocked', detail: 'The picture was held back.' }
  expect(sheet([sheetTurn('one', { picture: null, turn: { ...turn, error } })])).toContain('The picture was held back.')
})
