import { ApiError, GoogleGenAI, type Part } from '@google/genai'
import { describe, expect, test } from 'vitest'
import { readLineage } from '../../src/simulator/drawing/lineage.ts'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, PRO, pictureOf, quickSimulator } from './api-caller.ts'

const PROMPTS = ['a house on a hill ?text', 'make it night', 'what would you change? ?ask', 'add a hat']

function officialClient({ url }: Simulator): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url } })
}

function turnOfPicture(parts: Part[]): number | undefined {
  const data = parts.findLast(({ inlineData }) => inlineData)?.inlineData?.data
  return data === undefined ? undefined : readLineage(Buffer.from(data, 'base64'))?.turn
}

describe('the official client, unchanged', () => {
  test('holds a chat of four turns', async () => {
    const simulator = await quickSimulator()
    const chat = officialClient(simulator).chats.create({ model: PRO, config: { responseModalities: ['TEXT', 'IMAGE'] } })
    const turns: (number | undefined)[] = []
    for (const message of PROMPTS) {
      const answer = await chat.sendMessage({ message })
      turns.push(turnOfPicture(answer.candidates?.[0]?.content?.parts ?? []))
    }
    expect(turns).toEqual([1, 2, undefined, 3])
  })

  test('holds a chat of four turns by streams with thoughts, and replays each chunk as a content of its own', async () => {
    const simulator = await quickSimulator()
    const config = { responseModalities: ['TEXT', 'IMAGE'], thinkingConfig: { includeThoughts: true } }
    const chat = officialClient(simulator).chats.create({ model: PRO, config })
    const turns: (number | undefined)[] = []
    for (const message of PROMPTS) {
      const parts: Part[] = []
      for await (const chunk of await chat.sendMessageStream({ message })) parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []))
      turns.push(turnOfPicture(parts))
    }
    expect(turns).toEqual([1, 2, undefined, 3])
    expect(simulator.counts()).toMatchObject({ generated: 4, byOutcome: { answered: 4 } })
  })

  test('uploads a file in pieces and uses it, until it expires', async () => {
    const simulator = await quickSimulator({ edge1kPx: 1024, imageBytes: 9_000_000 })
    const client = officialClient(simulator)
    const picture = pictureOf(await call(simulator))
    const file = await client.files.upload({ file: new Blob([new Uint8Array(picture)]), config: { mimeType: 'image/jpeg' } })
    expect(file).toMatchObject({ state: 'ACTIVE', sizeBytes: String(picture.length) })

    const edit = () =>
      client.models.generateContent({
        model: PRO,
        contents: [{ text: 'add a hat' }, { fileData: { fileUri: file.uri ?? '', mimeType: 'image/jpeg' } }],
      })
    expect(turnOfPicture((await edit()).candidates?.[0]?.content?.parts ?? [])).toBe(2)

    simulator.advanceClock(48 * 3_600_000)
    const error = await edit().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      status: 403,
      message: expect.stringContaining(`to access the File ${file.name?.slice(6)} or it may not exist.`),
    })
  })

  test('gets an error of a streaming call as JSON under text/event-stream', async () => {
    const simulator = await quickSimulator()
    const call = officialClient(simulator).models.generateContentStream({ model: 'gemini-unheard-of', contents: 'a house' })
    await expect(call).rejects.toMatchObject({ status: 404, message: expect.stringContaining('models/gemini-unheard-of is not found') })
  })

  test('lists the models that are not retired', async () => {
    const simulator = await quickSimulator({ retired: { 'gemini-3-pro-image-preview': 'gone' } })
    const names: (string | undefined)[] = []
    for await (const { name } of await officialClient(simulator).models.list()) names.push(name)
    expect(names).toContain(`models/${PRO}`)
    expect(names).not.toContain('models/gemini-3-pro-image-preview')
  })
})
