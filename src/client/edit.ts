/** One edit under way: await it for the turn as it ended, or iterate over it for what happens meanwhile. */
import type { Turn, TurnEvent } from './contract.ts'
import { TurnFailedError } from './errors.ts'
import { followTurn, hasEnded } from './follow-turn.ts'
import type { Wire } from './wire.ts'

export class Edit implements PromiseLike<Turn>, AsyncIterable<TurnEvent> {
  /** The turn as it was accepted; rejects when the service refused it. */
  readonly accepted: Promise<Turn>
  readonly #wire: Wire
  readonly #signal: AbortSignal | undefined
  #ended: Promise<Turn> | undefined

  constructor(wire: Wire, accepted: Promise<Turn>, signal?: AbortSignal) {
    this.#wire = wire
    this.#signal = signal
    this.accepted = accepted
    // Whoever awaits or iterates is told of a refusal there; nobody has to look at `accepted` too.
    accepted.catch(() => undefined)
  }

  /** Fulfilled with the turn when it has ended, however it ended: see `status` and `error`. */
  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what this class is for
  then<Result = Turn, Failure = never>(
    onEnded?: ((turn: Turn) => Result | PromiseLike<Result>) | null,
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.#ended ??= this.#end()
    return this.#ended.then(onEnded, onError)
  }

  /** Like awaiting it, but a turn that did not succeed is thrown as `TurnFailedError`. */
  async orThrow(): Promise<Turn> {
    const turn = await this
    if (turn.status !== 'succeeded') throw new TurnFailedError(turn)
    return turn
  }

  /** Its events from the first on, also those that happened before. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TurnEvent> {
    const { id } = await this.accepted
    for await (const event of followTurn(this.#wire, id, this.#signal)) {
      if ('turn' in event) this.#ended ??= Promise.resolve(event.turn)
      yield event
    }
  }

  /** Stops it; no attempt starts afterwards. Returns the turn: `billed` says what it may have cost. */
  async cancel(): Promise<Turn> {
    const { id } = await this.accepted
    return this.#wire.json('POST', `/v1/turns/${id}/cancel`, { repeatable: true })
  }

  async #end(): Promise<Turn> {
    const turn = await this.accepted
    if (hasEnded(turn)) return turn
    for await (const event of followTurn(this.#wire, turn.id, this.#signal)) {
      if ('turn' in event) return event.turn
    }
    return this.#wire.json('GET', `/v1/turns/${turn.id}`, { repeatable: true })
  }
}
