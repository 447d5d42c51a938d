/** A client of the service, as a bench needs one: plain HTTP, connections kept alive, times taken. */
import { Agent, request } from 'undici'

export interface BenchClient {
  newSession(settings?: object): Promise<string>
  /** Asks for an edit and returns when the turn has ended. Throws unless it succeeded. */
  turn(sessionId: string, text: string, more?: object): Promise<EndedTurn>
  /** Accepts a turn and leaves. */
  submit(sessionId: string, text: string): Promise<void>
  /** Time of one `GET /healthz`, in ms. */
  health(): Promise<number>
  close(): Promise<void>
}

export interface EndedTurn {
  id: string
  status: string
  error: { code: string; detail: string } | null
  historyFidelity: string
  output: { image: { url: string } | null } | null
}

const TIMEOUT_MS = 180_000

export function createClient(url: string): BenchClient {
  const dispatcher = new Agent({ connections: 256, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  const health = new Agent({ connections: 4 })
  const post = async <Answer>(path: string, body: object, prefer: string): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', prefer }
    const response = await request(`${url}${path}`, { dispatcher, method: 'POST', headers, body: JSON.stringify(body) })
    const answer = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${answer}`)
    return JSON.parse(answer) as Answer
  }
  const newTurn = (text: string, more: object) => ({ parts: [{ type: 'text', text }], ...more })
  return {
    newSession: async (settings = {}) => (await post<{ id: string }>('/v1/sessions', settings, 'respond-async')).id,
    turn: async (sessionId, text, more = {}) => {
      const turn = await post<EndedTurn>(`/v1/sessions/${sessionId}/turns`, newTurn(text, more), 'wait=170')
      if (turn.status !== 'succeeded') throw new Error(`the turn is ${turn.status}: ${turn.error?.detail ?? ''}`)
      return turn
    },
    submit: async (sessionId, text) => {
      await post(`/v1/sessions/${sessionId}/turns`, newTurn(text, {}), 'respond-async')
    },
    health: async () => {
      const startMs = performance.now()
      const response = await request(`${url}/healthz`, { dispatcher: health })
      await response.body.text()
      return performance.now() - startMs
    },
    close: async () => {
      await Promise.all([dispatcher.close(), health.close()])
    },
  }
}
