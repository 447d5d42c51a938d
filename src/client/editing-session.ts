/** A session to edit in. */
import type { EditOptions, Page, Session, Turn } from './contract.ts'
import { Edit } from './edit.ts'
import { type ImageInput, mediaIds } from './media.ts'
import type { Wire } from './wire.ts'

export interface EditRequest extends EditOptions {
  /** What to do, in words. */
  prompt?: string | undefined
  /** Images to edit, or to take as reference; those without a `mediaId` are uploaded first. */
  images?: readonly ImageInput[] | undefined
  /** A repeat under the same key attaches to the same turn; by default each edit has a key of its own. */
  idempotencyKey?: string | undefined
  /** Stops the waiting, not the turn: for that there is `cancel()`. */
  signal?: AbortSignal | undefined
}

export interface TurnsQuery {
  /** The branch that ends in this turn; absent: the head's. */
  leaf?: string
  /** Every turn, whatever its branch. */
  all?: boolean
}

const PAGE_MAX = 100

export class EditingSession {
  readonly id: string
  readonly #wire: Wire

  constructor(wire: Wire, id: string) {
    this.#wire = wire
    this.id = id
  }

  get(): Promise<Session> {
    return this.#wire.json('GET', `/v1/sessions/${this.id}`, { repeatable: true })
  }

  /**
   * Asks for an edit, at once. Await what it returns for the turn as it ended, or iterate over it for its events. A lost
   * connection is taken up again by itself, and never leads to a second turn.
   */
  edit({ prompt, images = [], idempotencyKey = this.#wire.freshKey(), signal, ...options }: EditRequest): Edit {
    return new Edit(this.#wire, this.#submit({ prompt, images, signal }, options, idempotencyKey), signal)
  }

  /** Its turns, root first. */
  async turns({ leaf, all }: TurnsQuery = {}): Promise<Turn[]> {
    const turns: Turn[] = []
    let cursor: string | undefined
    do {
      const query = { leaf, all, cursor, limit: PAGE_MAX }
      const page: Page<Turn> = await this.#wire.json('GET', `/v1/sessions/${this.id}/turns`, { query, repeatable: true })
      turns.push(...page.data)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return turns
  }

  async #submit(given: Pick<EditRequest, 'prompt' | 'images' | 'signal'>, options: EditOptions, key: string): Promise<Turn> {
    const { prompt, images = [], signal } = given
    const ids = await mediaIds(this.#wire, images, signal)
    const parts = [
      ...(prompt === undefined || prompt === '' ? [] : [{ type: 'text', text: prompt }]),
      ...ids.map((mediaId) => ({ type: 'image', mediaId })),
    ]
    const headers = { 'Idempotency-Key': key, Prefer: 'respond-async' }
    return this.#wire.json('POST', `/v1/sessions/${this.id}/turns`, { json: { ...options, parts }, headers, repeatable: true, signal })
  }
}
