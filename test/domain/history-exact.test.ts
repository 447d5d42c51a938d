import { describe, expect, test } from 'vitest'
import { fillHoles } from '../../src/domain/part-text.ts'
import { charactersOf, FLASH, OLD, PRO, picture, plan, serialise, text, turn, upload, words } from './history-branches.ts'

describe('a model gets its own answers back exactly', () => {
  const thought = text('hm', { thought: true, signed: false })
  const interim = picture('interim', { thought: true, signed: false })
  const said = text('Here it is', { unknown: '"partMetadata":{"n":1.50}' })
  const made = picture('one')
  const carrier = text('', { signatureBytes: 99 })
  const branch = [turn('1', [words('a house'), upload('photo')], [thought, interim, said, made, carrier])]

  test('in order, byte for byte, signatures on their parts, signed empty texts too, thoughts left out', () => {
    const planned = plan(branch)
    expect(planned.fidelity).toBe('exact')
    expect(planned.contents.map(({ role }) => role)).toEqual(['user', 'model', 'user'])
    const received = [said, made, carrier].map((part) => fillHoles(part.raw, part.holes, charactersOf))
    expect(serialise(planned.contents)).toContain(`{"role":"model","parts":[${received.join(',')}]}`)
    expect(received[2]).toMatch(/"text": "",\n"thoughtSignature": "\w{99}"/)
  })

  test('user parts stay as they were, in order', () => {
    expect(plan(branch).contents[0]?.parts).toMatchObject([{ kind: 'text', text: 'a house' }, { kind: 'inline' }])
    expect(plan(branch).contents[2]?.parts).toEqual([{ kind: 'text', text: 'and now?' }])
  })

  test('an answer of thoughts alone leaves no empty turn behind', () => {
    const planned = plan([turn('1', [words('a house')], [thought])])
    expect(planned.contents).toEqual([
      {
        role: 'user',
        parts: [
          { kind: 'text', text: 'a house' },
          { kind: 'text', text: 'and now?' },
        ],
      },
    ])
    expect(planned.fidelity).toBe('exact')
  })

  test('the first turn of a session has nothing but its input', () => {
    expect(plan([])).toMatchObject({ fidelity: 'exact', fits: true, leftOut: { images: 0, turns: 0 }, contents: [{ role: 'user' }] })
  })
})

describe('who takes what back', () => {
  const answers = {
    'its own, signed': [picture('x')],
    'its own, text alone': [text('which one?')],
    'its own, the signature of a streamed text coming last': [text('wh', { signed: false }), text('ich?', { signed: false }), text('')],
    'its own, a later text unsigned': [picture('x'), text('there', { signed: false })],
    'its own, the image unsigned': [text('here'), picture('x', { signed: false })],
    'its own, the text before the image unsigned': [text('here', { signed: false }), picture('x')],
    "another model's, signed": [picture('x', { by: FLASH })],
    "another model's, unsigned": [picture('x', { by: OLD, signed: false })],
    'the same model on another API': [picture('x', { by: { ...PRO, api: 'vertex' } })],
  }
  test.each([
    ['its own, signed', 'exact'],
    ['its own, text alone', 'exact'],
    ['its own, the signature of a streamed text coming last', 'exact'],
    ['its own, a later text unsigned', 'exact'],
    ['its own, the image unsigned', 'repacked'],
    ['its own, the text before the image unsigned', 'repacked'],
    ["another model's, signed", 'repacked'],
    ["another model's, unsigned", 'repacked'],
    ['the same model on another API', 'repacked'],
  ] as const)('a model that signs is given %s: %s', (answer, fidelity) => {
    expect(plan([turn('1', [words('go')], answers[answer])]).fidelity).toBe(fidelity)
  })

  test.each([
    ['its own', [picture('x', { by: OLD, signed: false })], 'exact'],
    ["another model's, unsigned", [picture('x', { by: FLASH, signed: false })], 'exact'],
    ["another model's, signed", [picture('x', { by: FLASH })], 'repacked'],
    ['unsigned of another API', [picture('x', { by: { api: 'openai', model: 'x' }, signed: false })], 'repacked'],
  ] as const)('a model that does not sign is given %s', (_, answer, fidelity) => {
    expect(plan([turn('1', [words('go')], [...answer])], { by: OLD }).fidelity).toBe(fidelity)
  })

  test('a pair that is proven to exchange signatures does, in that direction and no other', () => {
    const exchanges = [{ mintedBy: FLASH, takenBy: PRO }]
    const madeBy = (by: typeof PRO) => [turn('1', [words('go')], [picture('x', { by })])]
    expect(plan(madeBy(FLASH), { by: PRO, exchanges }).fidelity).toBe('exact')
    expect(plan(madeBy(PRO), { by: FLASH, exchanges }).fidelity).toBe('repacked')
    expect(plan(madeBy({ ...FLASH, api: 'vertex' }), { by: PRO, exchanges }).fidelity).toBe('repacked')
    expect(plan(madeBy(FLASH), { by: { ...PRO, api: 'vertex' }, exchanges }).fidelity).toBe('repacked')
  })
})

describe('re-packing', () => {
  const branch = [
    turn(
      '1',
      [words('a house')],
      [text('Sure, ', { by: FLASH }), text('here\nit is', { by: FLASH, signed: false }), picture('one', { by: FLASH })],
    ),
    turn('2', [words('make it night')], [picture('two')]),
  ]

  test("presents another model's answer in the user's turn, words quoted and the image introduced", () => {
    const planned = plan(branch)
    expect(planned.fidelity).toBe('repacked')
    expect(planned.contents.map(({ role }) => role)).toEqual(['user', 'model', 'user'])
    expect(planned.contents[0]?.parts).toMatchObject([
      { text: 'a house' },
      { text: '\nYour answer in the previous step:\n> Sure, here\n> it is\n' },
      { text: '\nThe image you made in the previous step:\n' },
      { kind: 'inline', image: { bytes: 30, mimeType: 'image/jpeg' } },
      { text: 'make it night' },
    ])
  })

  test('leaves what the model minted itself exact beside it', () => {
    expect(plan(branch).contents[1]).toMatchObject({ role: 'model', parts: [{ kind: 'raw' }] })
  })

  test('takes everything when a signature was refused', () => {
    const planned = plan(branch, { repack: true })
    expect(planned).toMatchObject({ fidelity: 'repacked', size: { signatureBytes: 0, images: 2 } })
    expect(planned.contents.map(({ role }) => role)).toEqual(['user'])
  })

  test('names the pictures that may be sent as files, each once, and those of model turns not', () => {
    const again = [turn('0', [upload('photo')], []), turn('00', [upload('photo')], []), ...branch]
    expect(plan(again).images.map((image) => image.sha256)).toEqual(
      [upload('photo'), picture('one').image].map((image) => image && 'sha256' in image && image.sha256),
    )
  })
})
