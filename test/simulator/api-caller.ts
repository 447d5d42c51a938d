import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { SimulatorOptions } from '../../src/simulator/options.ts'
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts'

/** Small and at once: what the tests need of signatures, pictures and time. */
const QUICK: SimulatorOptions = { timeScale: 0, signatureBytes: { min: 120, max: 180 }, edge1kPx: 64, textRate: 0 }

/** A simulator that is gone when the test is. */
export async function quickSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ ...QUICK, ...options })
  onTestFinished(() => simulator.close())
  return simulator
}

const partSchema = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional(),
})
export type Part = z.infer<typeof partSchema>
export type Content = { role: string; parts: Record<string, unknown>[] }

/** An answer of the API as far as the tests look at it. */
export const answerSchema = z.looseObject({
  candidates: z
    .array(
      z.looseObject({ content: z.looseObject({ parts: z.array(partSchema).optional() }).optional(), finishReason: z.string().optional() }),
    )
    .optional(),
  promptFeedback: z.looseObject({ blockReason: z.string() }).optional(),
  usageMetadata: z.looseObject({ totalTokenCount: z.number() }).optional(),
  modelVersion: z.string().optional(),
  responseId: z.string().optional(),
  error: z
    .object({
      code: z.number(),
      message: z.string(),
      status: z.string(),
      details: z.array(z.looseObject({ '@type': z.string() })).optional(),
    })
    .optional(),
})
export type Answer = z.infer<typeof answerSchema>

export const PRO = 'gemini-3-pro-image'
export const FLASH_25 = 'gemini-2.5-flash-image'

export function user(text: string, ...others: Record<string, unknown>[]): Content {
  return { role: 'user', parts: [{ text }, ...others] }
}

export function model(parts: Part[]): Content {
  return { role: 'model', parts }
}

export type Call = { model?: string; method?: string; headers?: Record<string, string>; body?: unknown; signal?: AbortSignal }

/** A generation call as a plain HTTP client makes it. */
export function post(
  simulator: Simulator,
  { model: name = PRO, method = 'generateContent', headers, body, signal }: Call,
): Promise<Response> {
  return fetch(`${simulator.url}/v1beta/models/${name}:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'test-key', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body ?? { contents: [user('a house')] }),
    ...(signal ? { signal } : {}),
  })
}

export async function call(simulator: Simulator, input: Call = {}): Promise<Answer & { httpStatus: number }> {
  const response = await post(simulator, input)
  return { ...answerSchema.parse(await response.json()), httpStatus: response.status }
}

/** What the API complained of: `400 INVALID_ARGUMENT: …`. Fails where it did not. */
export async function complaint(simulator: Simulator, input: Call): Promise<string> {
  const { httpStatus, error } = await call(simulator, input)
  return `${httpStatus} ${error?.status}: ${error?.message}`
}

export function partsOf(answer: Answer): Part[] {
  return answer.candidates?.[0]?.content?.parts ?? []
}

/** The image of an answer. Fails where there is none. */
export function pictureOf(answer: Answer): Buffer {
  return Buffer.from(z.string().parse(partsOf(answer).findLast(({ inlineData }) => inlineData)?.inlineData?.data), 'base64')
}

/** One turn as a careful client holds it: the answer's parts go back exactly as they came. */
export async function firstTurn(simulator: Simulator, prompt = 'a house', name = PRO): Promise<{ history: Content[]; parts: Part[] }> {
  const parts = partsOf(await call(simulator, { model: name, body: { contents: [user(prompt)] } }))
  return { history: [user(prompt), model(parts)], parts }
}

/** The events of a stream. */
export async function stream(simulator: Simulator, input: Call = {}): Promise<Answer[]> {
  const response = await post(simulator, { ...input, method: 'streamGenerateContent?alt=sse' })
  const events = (await response.text()).split('\r\n\r\n').filter((event) => event !== '')
  return events.map((event) => answerSchema.parse(JSON.parse(event.replace(/^data: /, ''))))
}

/** Uploads a file in one piece, as ruby_llm was recorded doing it. */
export async function upload(simulator: Simulator, input: { bytes: Buffer; mimeType: string; key?: string; name?: string }) {
  const { bytes, mimeType, key = 'test-key', name } = input
  const started = await fetch(`${simulator.url}/upload/v1beta/files`, {
    method: 'POST',
    headers: {
      ...{ 'x-goog-api-key': key, 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
      ...{ 'x-goog-upload-header-content-length': String(bytes.length), 'x-goog-upload-header-content-type': mimeType },
    },
    body: JSON.stringify({ file: { display_name: 'a picture', ...(name === undefined ? {} : { name }) } }),
  })
  if (!started.ok) return { started, file: undefined }
  const finished = await fetch(z.string().parse(started.headers.get('x-goog-upload-url')), {
    method: 'POST',
    headers: { 'x-goog-upload-offset': '0', 'x-goog-upload-command': 'upload, finalize' },
    body: new Uint8Array(bytes),
  })
  return {
    started,
    finished,
    file: z.object({ file: z.looseObject({ name: z.string(), uri: z.string() }) }).parse(await finished.json()).file,
  }
}
