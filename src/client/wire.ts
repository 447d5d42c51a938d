/** Requests to the service: who asks, what is tried again and after how long, and errors as their classes. */
import type { Clock, Random } from '../domain/ports.ts'
import { ConnectionLostError, errorOf } from './errors.ts'

type Secret = string | (() => string | undefined | Promise<string | undefined>)

export interface WireOptions {
  /** Where the service listens: `https://edit.example.com`. */
  baseUrl: string
  /** A key of a tenant: for servers. A function is asked before every request; undefined sends none. */
  key?: Secret | undefined
  /** A token of one session, from `sessions.createToken`: for browsers. */
  token?: Secret | undefined
  /** In place of the platform's own. */
  fetch?: typeof fetch | undefined
  /** How often in a row a connection may fail before `ConnectionLostError` is thrown. */
  attemptsMax?: number | undefined
  /** Told when the connection is lost, before each new attempt, and when it is there again. */
  onConnection?: ((state: 'lost' | 'restored') => void) | undefined
}

export interface Call {
  query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is. */
  body?: Blob | Uint8Array<ArrayBuffer>
  /** May be sent again after a connection broke: it reads, or carries an idempotency key, or changes nothing the second time. */
  repeatable: boolean
  signal?: AbortSignal | undefined
}

const ATTEMPTS_MAX = 6
const BACKOFF_MS = { base: 250, cap: 8_000 }
/** Longest wait that `Retry-After` is followed for, in seconds. */
const RETRY_AFTER_S_MAX = 60
/** Refused before anything was done; after the others of `REPEAT_STATUSES` nobody knows. */
const REFUSED_STATUSES: readonly number[] = [429, 503]
const REPEAT_STATUSES: readonly number[] = [...REFUSED_STATUSES, 502, 504]

export class Wire {
  readonly clock: Clock
  readonly random: Random
  readonly attemptsMax: number
  readonly #options: WireOptions
  readonly #base: string
  #lost = false

  constructor(options: WireOptions, { clock, random }: { clock: Clock; random: Random }) {
    this.clock = clock
    this.random = random
    this.attemptsMax = options.attemptsMax ?? ATTEMPTS_MAX
    this.#options = options
    this.#base = options.baseUrl.replace(/\/+$/, '')
  }

  async json<Resource>(method: string, path: string, call: Call): Promise<Resource> {
    return (await (await this.send(method, path, call)).json()) as Resource
  }

  /** The answer when it is a success. Throws the error it stands for, or `ConnectionLostError`. */
  async send(method: string, path: string, call: Call): Promise<Response> {
    for (let failures = 1; ; failures++) {
      const last = failures >= this.attemptsMax
      try {
        const response = await this.once(method, path, call)
        const again = call.repeatable ? REPEAT_STATUSES : REFUSED_STATUSES
        if (response.ok) return response
        if (last || !again.includes(response.status)) throw await errorOf(response)
        await this.clock.sleep(retryAfterMs(response) ?? this.#backoffMs(failures), call.signal)
      } catch (error) {
        if (!isConnectionLoss(error)) throw error
        if (last || !call.repeatable) throw new ConnectionLostError(`${method} ${path} could not be sent`, { cause: error })
        await this.afterLoss(failures, call.signal)
      }
    }
  }

  /** One request, whatever is answered. */
  async once(method: string, path: string, { query = {}, headers = {}, json, body, signal }: Call): Promise<Response> {
    const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
    const search = asked.length === 0 ? '' : `?${new URLSearchParams(asked)}`
    const given = this.#options.token ?? this.#options.key
    const secret = typeof given === 'function' ? await given() : given
    const init: RequestInit = {
      method,
      headers: {
        ...(secret === undefined ? {} : { Authorization: `Bearer ${secret}` }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
      ...(signal === undefined ? {} : { signal }),
    }
    const send = this.#options.fetch ?? fetch
    const response = await send(`${this.#base}${path}${search}`, init)
    this.#tell(false)
    return response
  }

  /** Waits before another attempt: 250 ms, doubled each time up to 8 s, with jitter. */
  async afterLoss(failures: number, signal?: AbortSignal): Promise<void> {
    this.#tell(true)
    await this.clock.sleep(this.#backoffMs(failures), signal)
  }

  /** A name nobody has used: 16 random bytes in hex. */
  freshKey(): string {
    return Array.from(this.random.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  #backoffMs(failures: number): number {
    const fullMs = Math.min(BACKOFF_MS.cap, BACKOFF_MS.base * 2 ** (failures - 1))
    return fullMs * (0.5 + (this.random.bytes(1)[0] ?? 0) / 512)
  }

  #tell(lost: boolean): void {
    if (lost || this.#lost) this.#options.onConnection?.(lost ? 'lost' : 'restored')
    this.#lost = lost
  }
}

/** What `fetch` and its bodies throw when there is no connection, or none any more. An abort is something else. */
export function isConnectionLoss(error: unknown): boolean {
  return error instanceof TypeError
}

function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, RETRY_AFTER_S_MAX) * 1000 : null
}
