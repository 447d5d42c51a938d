import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type Lineage, readLineage } from '../../src/simulator/drawing/lineage.ts'
import { call, FLASH_25, firstTurn, model, PRO, partsOf, pictureOf, quickSimulator, stream, user } from './api-caller.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const inline = (bytes: Buffer, mimeType = 'image/jpeg') => ({ inlineData: { mimeType, data: bytes.toString('base64') } })

/** All pixels of a picture: decoding fails where it is not a whole one. */
async function pixelsOf(picture: Buffer): Promise<{ format: string; width: number; height: number; mean: number }> {
  const { format } = await sharp(picture).metadata()
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true })
  return { format: String(format), width: info.width, height: info.height, mean: data.reduce((sum, value) => sum + value, 0) / data.length }
}

describe.each(['drawn', 'canned'] as const)('a %s picture', (drawing) => {
  test('can be viewed: JPEG of Gemini 3, PNG of 2.5, in the size and ratio asked for', async () => {
    const simulator = await quickSimulator({ drawing, edge1kPx: 256 })
    expect(await pixelsOf(pictureOf(await call(simulator)))).toMatchObject({ format: 'jpeg', width: 256, height: 256 })
    expect(await pixelsOf(pictureOf(await call(simulator, { model: FLASH_25 })))).toMatchObject({ format: 'png', width: 256, height: 256 })
    const body = { contents: [user('a house')], generationConfig: { imageConfig: { imageSize: '2K', aspectRatio: '16:9' } } }
    expect(await pixelsOf(pictureOf(await call(simulator, { body })))).toMatchObject({ width: 688, height: 384 })
  })

  test('tells whose child it is, turn after turn', async () => {
    const simulator = await quickSimulator({ drawing })
    const contents = [user('a house')]
    const pictures: Buffer[] = []
    for (const prompt of ['make it night', 'add a hat', 'add snow']) {
      const answer = await call(simulator, { body: { contents } })
      pictures.push(pictureOf(answer))
      contents.push(model(partsOf(answer)), user(prompt))
    }
    const notes = pictures.map((picture) => readLineage(picture))
    const [first = '', second = '', third = ''] = pictures.map(sha256)
    expect(notes).toMatchObject([
      { turn: 1, inputs: [] },
      { turn: 2, parent: first, inputs: [first] },
      { turn: 3, parent: second, inputs: [first, second] },
    ] satisfies Partial<Lineage>[])
    expect(notes[0]).not.toHaveProperty('parent')
    expect(new Set([first, second, third]).size).toBe(3)
  })

  test('is as large as it is told to be, and still whole', async () => {
    const simulator = await quickSimulator({ drawing, imageBytes: 300_000 })
    for (const name of [PRO, FLASH_25]) {
      const picture = pictureOf(await call(simulator, { model: name }))
      expect(picture.length).toBeGreaterThanOrEqual(300_000)
      expect(picture.length).toBeLessThan(310_000)
      expect(await pixelsOf(picture)).toMatchObject({ width: 64 })
    }
  })
})

describe('an edit', () => {
  test('shows in the picture: night is darker than the picture it was made of', async () => {
    const simulator = await quickSimulator({ edge1kPx: 128 })
    const { history, parts } = await firstTurn(simulator)
    const before = Buffer.from(parts[0]?.inlineData?.data ?? '', 'base64')
    const night = pictureOf(await call(simulator, { body: { contents: [...history, user('make it night')] } }))
    expect((await pixelsOf(night)).mean).toBeLessThan((await pixelsOf(before)).mean * 0.7)
  })

  test('follows the ratio of its image, unless another is asked for', async () => {
    const simulator = await quickSimulator()
    const upload = await sharp({ create: { width: 300, height: 100, channels: 3, background: '#357' } })
      .png()
      .toBuffer()
    const contents = [user('add a hat', inline(upload, 'image/png'))]
    expect(readLineage(pictureOf(await call(simulator, { body: { contents } })))).toMatchObject({
      width: 112,
      height: 32,
      parent: sha256(upload),
      turn: 1,
    })
    const body = { contents, generationConfig: { imageConfig: { aspectRatio: '1:1' } } }
    expect(readLineage(pictureOf(await call(simulator, { body })))).toMatchObject({ width: 64, height: 64 })
  })

  test('is drawn upon the picture of the last model turn, with the images of the prompt beside it', async () => {
    const simulator = await quickSimulator()
    const { history, parts } = await firstTurn(simulator)
    const logo = pictureOf(await call(simulator))
    const picture = pictureOf(await call(simulator, { body: { contents: [...history, user('put this on the wall', inline(logo))] } }))
    const drawn = sha256(Buffer.from(parts[0]?.inlineData?.data ?? '', 'base64'))
    expect(readLineage(picture)).toMatchObject({ parent: drawn, inputs: [drawn, sha256(logo)] })
  })

  test('of a history told in user turns is drawn upon its newest image', async () => {
    const simulator = await quickSimulator()
    const [first, second] = [pictureOf(await call(simulator)), pictureOf(await call(simulator))]
    const contents = [user('my house', inline(first)), user('the image you made', inline(second)), user('add a hat')]
    expect(readLineage(pictureOf(await call(simulator, { body: { contents } })))).toMatchObject({ parent: sha256(second) })
  })
})

test('thoughts are shown before the picture: unsigned, the last one the same as the picture', async () => {
  const simulator = await quickSimulator()
  const body = { contents: [user('a house')], generationConfig: { thinkingConfig: { includeThoughts: true } } }
  const parts = (await stream(simulator, { body })).flatMap(partsOf)
  const shape = parts.map(({ text, thought, inlineData, thoughtSignature }) => [
    thought === true,
    inlineData ? 'image' : text === '' ? 'end' : 'text',
    thoughtSignature !== undefined,
  ])
  expect(shape).toEqual([
    [true, 'text', false],
    [true, 'image', false],
    [true, 'image', false],
    [false, 'image', true],
    [false, 'end', false],
  ])
  expect(parts[2]?.inlineData).toEqual(parts[3]?.inlineData)
  expect(parts[1]?.inlineData).not.toEqual(parts[2]?.inlineData)
})

test('a model that is asked to, asks back instead of drawing', async () => {
  const answer = await call(await quickSimulator(), { body: { contents: [user('change it ?ask')] } })
  expect(answer.candidates).toMatchObject([{ finishReason: 'STOP', content: { parts: [{ text: expect.any(String) }] } }])
  expect(answer.usageMetadata).not.toHaveProperty('candidatesTokensDetails')
})

test('a text comes before the picture as often as it is told', async () => {
  const simulator = await quickSimulator({ textRate: 0.5, drawing: 'canned' })
  const lengths: number[] = []
  for (let index = 0; index < 30; index += 1) lengths.push(partsOf(await call(simulator)).length)
  expect(new Set(lengths)).toEqual(new Set([1, 2]))
  const onlyImages = { contents: [user('a house ?text')], generationConfig: { responseModalities: ['IMAGE'] } }
  expect(partsOf(await call(simulator, { body: onlyImages }))).toHaveLength(1)
})
