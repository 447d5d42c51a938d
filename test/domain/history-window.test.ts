import { describe, expect, test } from 'vitest'
import type { BranchTurn } from '../../src/domain/history/branch-turn.ts'
import { historyReach } from '../../src/domain/history/plan-history.ts'
import type { HistorySettings } from '../../src/domain/session.ts'
import { blob, entryOf, PRO, picture, picturesOf, plan, text, turn, upload, words } from './history-branches.ts'

/** A conversation of real sizes: each turn answered by one signed 1 MB picture. */
function conversation(turns: number): BranchTurn[] {
  return Array.from({ length: turns }, (_, n) =>
    turn(`${n}`, [words(`edit ${n}`)], [picture(`made ${n}`, { signatureBytes: 2_900_000 }, 930_000)]),
  )
}

const made = (...numbers: number[]) => numbers.map((n) => blob(`made ${n}`).sha256)
const said = (planned: ReturnType<typeof plan>) =>
  planned.contents.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))).join('')

describe('a windowed session', () => {
  const window: HistorySettings = { mode: 'window', images: 3 }

  test('keeps the newest pictures in their exact turns and tells the older ones in words', () => {
    const planned = plan(conversation(6), { settings: window })
    expect(planned).toMatchObject({ fidelity: 'windowed', leftOut: { images: 3, turns: 0 }, fits: true })
    expect(picturesOf(planned.contents)).toEqual(made(3, 4, 5))
    expect(planned.contents.map(({ role }) => role)).toEqual(['user', 'model', 'user', 'model', 'user', 'model', 'user'])
    expect(said(planned)).toBe(
      'edit 0\n[earlier image omitted]\nedit 1\n[earlier image omitted]\nedit 2\n[earlier image omitted]\nedit 3edit 4edit 5and now?',
    )
  })

  test('is exact as long as the window holds everything', () => {
    expect(plan(conversation(3), { settings: window }).fidelity).toBe('exact')
  })

  test('keeps four pictures unless told, and never less than the one being edited', () => {
    expect(picturesOf(plan(conversation(9), { settings: { mode: 'window' } }).contents)).toEqual(made(5, 6, 7, 8))
    expect(picturesOf(plan(conversation(9), { settings: { mode: 'window', images: 0 } }).contents)).toEqual(made(8))
  })

  test('keeps the picture being edited, although newer uploads came and the model only asked back', () => {
    const asked = turn('ask', [upload('a'), upload('b'), upload('c')], [text('which of them?')])
    const planned = plan([...conversation(2), asked], { settings: { mode: 'window', images: 2 } })
    expect(picturesOf(planned.contents)).toEqual([...made(1), blob('c').sha256])
  })

  test('counts turns it does not tell of at all', () => {
    const planned = plan(conversation(40), { settings: window, earlierTurns: 60 })
    expect(planned.leftOut.turns).toBe(60 + 40 - (historyReach(window) ?? 0))
    expect(said(planned)).toMatch(/^\[85 earlier turns omitted\]\n/)
  })

  test('is planned from the newest turns alone as from the whole branch', () => {
    const reach = historyReach(window) ?? 0
    const whole = plan(conversation(200), { settings: window })
    const loaded = plan(conversation(200).slice(-reach), { settings: window, earlierTurns: 200 - reach })
    expect(loaded).toEqual(whole)
  })

  test('costs at turn 200 what it costs at turn 20, within a fifth', () => {
    const [early, late] = [20, 200].map((turns) => plan(conversation(turns), { settings: window }).size)
    for (const cost of ['bytes', 'tokens', 'images'] as const) expect(late?.[cost]).toBeLessThanOrEqual((early?.[cost] ?? 0) * 1.2)
  })
})

describe('a full history is windowed by rule', () => {
  test('the whole of it is needed to plan', () => {
    expect(historyReach({ mode: 'full' })).toBeNull()
  })

  test.each([
    ['pictures', { historyImagesMax: 2 }, made(4, 5)],
    ['bytes', { requestBytesMax: 17_000_000 }, made(2, 3, 4, 5)],
    ['tokens', { contextTokens: 1_700 }, made(3, 4, 5)],
  ])('when a model takes fewer %s', (_, limits, kept) => {
    const planned = plan(conversation(6), { limits })
    expect(planned).toMatchObject({ fidelity: 'windowed', fits: true, leftOut: { images: 6 - kept.length, turns: 0 } })
    expect(picturesOf(planned.contents)).toEqual(kept)
  })

  test("when the endpoint's own limit is lower", () => {
    const target = { api: 'gemini', model: entryOf(PRO), requestBytesMax: 9_000_000 }
    expect(picturesOf(plan(conversation(6), { target }).contents)).toEqual(made(4, 5))
  })

  test('answers older than the window are told, so that a signed text does not weigh for ever', () => {
    const chat = turn('chat', [words('hello')], [text('Hi there', { signatureBytes: 1_100_000 })])
    const planned = plan([chat, ...conversation(3)], { limits: { historyImagesMax: 2 } })
    expect(said(planned)).toContain('hello\nYour answer in the previous step:\n> Hi there\n')
    expect(planned.size.signatureBytes).toBe(2 * 2_900_000)
  })

  test('a signed text within the window stays exact', () => {
    const chat = turn('chat', [words('hello')], [text('Hi there', { signatureBytes: 1_100_000 })])
    expect(plan([...conversation(3), chat], { limits: { historyImagesMax: 2 } }).size.signatureBytes).toBe(2 * 2_900_000 + 1_100_000)
  })

  test('an answer of which one picture is left out is not sent as if it were whole', () => {
    const two = turn('two', [words('two please')], [picture('made 0'), picture('made 1')])
    const planned = plan([two], { limits: { historyImagesMax: 1 } })
    expect(planned.contents.map(({ role }) => role)).toEqual(['user'])
    expect(picturesOf(planned.contents)).toEqual(made(1))
    expect(said(planned)).toContain('[earlier image omitted]\n\nThe image you made in the previous step:')
  })

  test('then the words of old turns go, but the picture being edited stays', () => {
    const long = Array.from({ length: 16 }, (_, n) => turn(`${n}`, [words('x'.repeat(400))], n === 3 ? [picture('made 3')] : [text('ok')]))
    const planned = plan(long, { limits: { contextTokens: 1_000 } })
    expect(planned).toMatchObject({ fits: true, fidelity: 'windowed', leftOut: { images: 0, turns: 13 } })
    expect(picturesOf(planned.contents)).toEqual(made(3))
  })

  test('what cannot be made to fit is planned as small as it goes, and says so', () => {
    const planned = plan(conversation(3), { limits: { requestBytesMax: 1_000_000 } })
    expect(planned).toMatchObject({ fits: false, leftOut: { images: 2, turns: 2 } })
    expect(picturesOf(planned.contents)).toEqual(made(2))
  })

  test('a system instruction takes its share', () => {
    const limits = { requestBytesMax: 8_290_000 }
    expect(picturesOf(plan(conversation(3), { limits }).contents)).toEqual(made(1, 2))
    expect(picturesOf(plan(conversation(3), { limits, systemInstruction: 'x'.repeat(20_000) }).contents)).toEqual(made(2))
  })

  test('user pictures that will be sent as files weigh a reference', () => {
    const photos = Array.from({ length: 4 }, (_, n) => turn(`${n}`, [upload(`photo ${n}`, 9_000_000)], []))
    const limits = { requestBytesMax: 20_000_000 }
    const model = entryOf(PRO, limits)
    expect(plan(photos, { target: { api: 'gemini', model } }).leftOut.images).toBe(3)
    expect(plan(photos, { target: { api: 'gemini', model, picturesAsFiles: true } })).toMatchObject({
      fidelity: 'exact',
      size: { images: 4 },
    })
  })
})

describe('the repair of a request that was too large', () => {
  test('sends half the pictures it would have had', () => {
    expect(picturesOf(plan(conversation(7), { shrink: true }).contents)).toEqual(made(4, 5, 6))
    expect(picturesOf(plan(conversation(7), { shrink: true, settings: { mode: 'window' } }).contents)).toEqual(made(5, 6))
  })

  test('never the picture being edited', () => {
    expect(picturesOf(plan(conversation(1), { shrink: true }).contents)).toEqual(made(0))
  })
})
