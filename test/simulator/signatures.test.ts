import { describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import {
  type Content,
  call,
  complaint,
  FLASH_25,
  firstTurn,
  model,
  type Part,
  PRO,
  partsOf,
  quickSimulator,
  stream,
  upload,
  user,
} from './api-caller.ts'

const ADVICE = 'Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures#model-behavior for more details.'
const CORRUPTED = '400 INVALID_ARGUMENT: Corrupted thought signature.'

async function reply(simulator: Simulator, history: Content[], name = PRO): Promise<string> {
  const body = { contents: [...history, user('make it night')] }
  const { httpStatus } = await call(simulator, { model: name, body })
  return httpStatus === 200 ? 'accepted' : complaint(simulator, { model: name, body })
}

/** A turn with a signed text and a signed image. */
async function signedTurn(simulator: Simulator): Promise<{ text: Part; image: Part }> {
  const [text, image] = (await firstTurn(simulator, 'a house ?text')).parts
  if (!text?.thoughtSignature || !image?.thoughtSignature) throw new Error('both parts should be signed')
  return { text, image }
}

const turn = (...parts: Part[]) => [user('a house ?text'), model(parts)]

describe('signatures of a model turn', () => {
  test('are taken back as they were given, in either alphabet', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    expect(await reply(simulator, turn(text, image))).toBe('accepted')
    const urlSafe = image.thoughtSignature?.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') ?? ''
    expect(await reply(simulator, turn(text, { ...image, thoughtSignature: urlSafe }))).toBe('accepted')
  })

  test('look like real ones: first byte 0x12, of the size asked for, never twice the same', async () => {
    const simulator = await quickSimulator({ signatureBytes: { min: 5_000, max: 5_000 } })
    const { text, image } = await signedTurn(simulator)
    const bytes = [text, image].map((part) => Buffer.from(part.thoughtSignature ?? '', 'base64'))
    expect(bytes.map(({ length }) => length)).toEqual([5_000, 5_000])
    expect(bytes.map(([first]) => first)).toEqual([0x12, 0x12])
    expect(bytes[0]).not.toEqual(bytes[1])
  })

  test.each([
    [
      'of the image',
      { drop: 'image' as const },
      `Image part is missing a thought_signature in content position 2, part position 2. ${ADVICE}`,
    ],
    [
      'of the text',
      { drop: 'text' as const },
      `Text part is missing a thought_signature in content position 2, part position 1. ${ADVICE}`,
    ],
  ])('must not be dropped: that %s', async (_, { drop }, message) => {
    const simulator = await quickSimulator()
    const parts = await signedTurn(simulator)
    const { thoughtSignature: _dropped, ...bare } = parts[drop]
    const history = drop === 'image' ? turn(parts.text, bare) : turn(bare, parts.image)
    expect(await reply(simulator, history)).toBe(`400 INVALID_ARGUMENT: ${message}`)
  })

  test('must not be moved to another part, altered, shortened, or left on a part that was altered', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    const other = await signedTurn(simulator)
    const signature = Buffer.from(image.thoughtSignature ?? '', 'base64')
    const altered = Buffer.from(signature)
    altered.writeUInt8(altered.readUInt8(100) ^ 1, 100)
    const wrong: Part[][] = [
      [
        { ...text, thoughtSignature: image.thoughtSignature },
        { ...image, thoughtSignature: text.thoughtSignature },
      ],
      [text, { ...image, thoughtSignature: other.image.thoughtSignature }],
      [text, { ...image, thoughtSignature: altered.toString('base64') }],
      [text, { ...image, thoughtSignature: signature.subarray(0, -1).toString('base64') }],
      [text, { ...image, thoughtSignature: 'AAAA' }],
      [{ ...text, text: `${text.text}!` }, image],
      [text, { ...image, inlineData: other.image.inlineData }],
    ]
    for (const parts of wrong) expect(await reply(simulator, turn(...parts))).toBe(CORRUPTED)
  })

  test('must be base64', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    const answer = await reply(simulator, turn(text, { ...image, thoughtSignature: 'no base64!' }))
    expect(answer).toContain(
      `Invalid value at 'contents[1].parts[1].thought_signature' (TYPE_BYTES), Base64 decoding failed for "no base64!"`,
    )
  })

  test('are positions counted over all contents, from one', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    const { thoughtSignature: _dropped, ...bare } = image
    const history = [...turn(text, image), user('more'), model([bare])]
    expect(await reply(simulator, history)).toContain('Image part is missing a thought_signature in content position 4, part position 1.')
  })

  test('are not asked of user turns, of later texts, or of thoughts', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    const { thoughtSignature: _dropped, ...bare } = image
    expect(await reply(simulator, [user('this is the image you made', bare)])).toBe('accepted')
    expect(await reply(simulator, turn({ ...bare, thought: true }, text, image, { text: 'there it is' }, { text: '' }))).toBe('accepted')
  })

  test('bind a model turn to picture data: the same picture as a file is refused, with its signature or without', async () => {
    const simulator = await quickSimulator()
    const { text, image } = await signedTurn(simulator)
    const bytes = Buffer.from(image.inlineData?.data ?? '', 'base64')
    const { file } = await upload(simulator, { bytes, mimeType: 'image/jpeg' })
    const fileData = { mimeType: 'image/jpeg', fileUri: file?.uri }
    expect(await reply(simulator, turn(text, { fileData, thoughtSignature: image.thoughtSignature }))).toBe(CORRUPTED)
    expect(await reply(simulator, turn(text, { fileData }))).toContain('Image part is missing a thought_signature')
    expect(await reply(simulator, [...turn(text, image), user('this one', { fileData })])).toBe('accepted')
  })

  test('of a streamed text may come last, on an empty text that must be kept', async () => {
    const simulator = await quickSimulator()
    const parts = (await stream(simulator, { body: { contents: [user('?ask')] } })).flatMap(partsOf)
    expect(parts.map(({ text, thoughtSignature }) => [text === '', thoughtSignature !== undefined])).toEqual([
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ])
    expect(await reply(simulator, [user('?ask'), model(parts)])).toBe('accepted')
    expect(await reply(simulator, [user('?ask'), model(parts.slice(0, -1))])).toContain('Text part is missing a thought_signature')
    expect(await reply(simulator, [user('?ask'), model(parts.slice(1))])).toBe(CORRUPTED)
  })
})

describe('signatures of another model', () => {
  const FLASH_31 = 'gemini-3.1-flash-image'

  test('are corrupted to a model that is not known to take them', async () => {
    const simulator = await quickSimulator()
    const { history } = await firstTurn(simulator)
    expect(await reply(simulator, history, FLASH_31)).toBe(CORRUPTED)
  })

  test('are taken where the table says so', async () => {
    const simulator = await quickSimulator({ signatureExchange: { [FLASH_31]: [PRO] } })
    const { history } = await firstTurn(simulator)
    expect(await reply(simulator, history, FLASH_31)).toBe('accepted')
  })

  test('are corrupted where another secret minted them', async () => {
    const [simulator, elsewhere] = [await quickSimulator(), await quickSimulator({ secret: 'another' })]
    const { history } = await firstTurn(elsewhere)
    expect(await reply(simulator, history)).toBe(CORRUPTED)
  })

  test('2.5 signs nothing and looks at nothing; what it made has no signature for Gemini 3', async () => {
    const simulator = await quickSimulator()
    const of25 = await firstTurn(simulator, 'a house', FLASH_25)
    expect(of25.parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual([undefined])
    expect(await reply(simulator, of25.history)).toContain('Image part is missing a thought_signature')
    expect(await reply(simulator, of25.history, FLASH_25)).toBe('accepted')
    expect(await reply(simulator, (await firstTurn(simulator)).history, FLASH_25)).toBe('accepted')
  })

  test.each(['context_engineering_is_the_way_to_go', 'c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I='])(
    'a documented placeholder is taken only where that is configured: %s',
    async (thoughtSignature) => {
      const [strict, lenient] = [await quickSimulator(), await quickSimulator({ acceptPlaceholders: true })]
      const { parts } = await firstTurn(strict, 'a house', FLASH_25)
      const history = [user('a house'), model(parts.map((part) => ({ ...part, thoughtSignature })))]
      expect(await reply(strict, history)).toBe(CORRUPTED)
      expect(await reply(lenient, history)).toBe('accepted')
    },
  )
})

test('with validation fast, header and length are still looked at', async () => {
  const simulator = await quickSimulator({ validation: 'fast', drawing: 'canned' })
  const { text, image } = await signedTurn(simulator)
  expect(await reply(simulator, turn(text, image))).toBe('accepted')
  const shortened = Buffer.from(image.thoughtSignature ?? '', 'base64').subarray(0, -1)
  expect(await reply(simulator, turn(text, { ...image, thoughtSignature: shortened.toString('base64') }))).toBe(CORRUPTED)
})
