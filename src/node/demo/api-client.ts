/** The service as a client sees it: plain fetch against the HTTP contract. */
import { z } from 'zod'
import { type Media, mediaSchema, problemSchema, type Session, sessionSchema, type Turn, turnSchema } from './api-schema.ts'
import { readEventStream, type StreamedEvent } from './event-stream.ts'

export type NewPart = { type: 'text'; text: string } | { type: 'image'; mediaId: string }

export interface ApiClient {
  uploadImage(bytes: Uint8Array<ArrayBuffer>, mimeType: string): Promise<Media>
  createSession(settings: { title: string }): Promise<Session>
  /** `parentId` absent: the head of the session. The answer comes at once; `followTurn` tells what happens then. */
  submitTurn(sessionId: string, turn: { parts: NewPart[]; parentId?: string }, idempotencyKey: string): Promise<Turn>
  /** Every event of a turn up to its end; a broken stream is taken up again where it broke. */
  followTurn(turnId: string): AsyncGenerator<StreamedEvent>
  getTurn(turnId: string): Promise<Turn>
  getSession(sessionId: string): Promise<Session>
  listTurns(sessionId: string): Promise<Turn[]>
  downloadMedia(mediaId: string): Promise<{ bytes: Uint8Array; mimeType: string }>
}

/** Thrown for an answer that is not a success, with what the problem document says. */
export class ApiError extends Error {
  override name = 'ApiError'
}

const TERMINAL_EVENTS: ReadonlySet<string> = new Set(['turn.succeeded', 'turn.failed', 'turn.canceled', 'turn.outcome_unknown'])
const FRUITLESS_READS_MAX = 5

/** @param baseUrl where the service listens, without a slash at the end */
export function createApiClient(baseUrl: string, signal: AbortSignal): ApiClient {
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${baseUrl}${path}`, { ...init, signal })
    if (!response.ok) throw await apiError(`${init.method ?? 'GET'} ${path}`, response)
    return response
  }
  const get = async <T>(path: string, schema: z.ZodType<T>) => schema.parse(await (await send(path)).json())
  const post = async <T>(path: string, body: unknown, schema: z.ZodType<T>, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
    return schema.parse(await (await send(path, init)).json())
  }
  return {
    uploadImage: async (bytes, mimeType) => {
      const response = await send('/v1/media', { method: 'POST', headers: { 'content-type': mimeType }, body: bytes })
      return mediaSchema.parse(await response.json())
    },
    createSession: (settings) => post('/v1/sessions', settings, sessionSchema),
    submitTurn: (sessionId, turn, idempotencyKey) =>
      post(`/v1/sessions/${sessionId}/turns`, turn, turnSchema, { 'idempotency-key': idempotencyKey, prefer: 'respond-async' }),
    followTurn: (turnId) => followEvents((headers) => send(`/v1/turns/${turnId}/events`, { headers })),
    getTurn: (turnId) => get(`/v1/turns/${turnId}`, turnSchema),
    getSession: (sessionId) => get(`/v1/sessions/${sessionId}`, sessionSchema),
    listTurns: async (sessionId) => {
      const page = z.looseObject({ data: z.array(turnSchema) })
      return (await get(`/v1/sessions/${sessionId}/turns?all=true&order=asc&limit=100`, page)).data
    },
    downloadMedia: async (mediaId) => {
      const response = await send(`/v1/media/${mediaId}/content`)
      return { bytes: await response.bytes(), mimeType: response.headers.get('content-type') ?? '' }
    },
  }
}

async function* followEvents(open: (headers: Record<string, string>) => Promise<Response>): AsyncGenerator<StreamedEvent> {
  let lastId = ''
  for (let fruitlessReads = 0; fruitlessReads < FRUITLESS_READS_MAX; fruitlessReads++) {
    const response = await open({ accept: 'text/event-stream', ...(lastId && { 'last-event-id': lastId }) })
    if (response.body === null) continue
    for await (const event of untilBroken(readEventStream(response.body))) {
      fruitlessReads = 0
      lastId = event.id
      yield event
      if (TERMINAL_EVENTS.has(event.type)) return
    }
  }
  throw new ApiError('the event stream broke off again and again')
}

/** A connection that drops ends the read; undici reports it as a TypeError. */
async function* untilBroken(events: AsyncGenerator<StreamedEvent>): AsyncGenerator<StreamedEvent> {
  try {
    yield* events
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

async function apiError(what: string, response: Response): Promise<ApiError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  const detail = problem.success ? `${problem.data.code}: ${problem.data.detail}` : response.statusText
  return new ApiError(`${what} was answered ${response.status} ${detail}`)
}
