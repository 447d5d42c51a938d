/**
 * A node's executor: claims due turns and runs them, renews the node's one lease, takes over what dead nodes left.
 *
 * Modes: `running` claims and runs; `draining` claims nothing and finishes what it has; `stopped` holds nothing. A node whose
 * lease ran out drops its runs, takes a new name and goes on.
 */
import * as leases from '../db/turn-leases.ts'
import type { TurnInSession } from '../db/turn-views.ts'
import { describeError } from '../domain/describe-error.ts'
import type { Admission } from '../domain/ports.ts'
import type { Installation } from './context.ts'
import { handOverWebhooks } from './hand-over-webhooks.ts'
import { runTurn } from './run-turn.ts'
import { traceTurn } from './trace-turn.ts'

/** A lost wake-up costs this long, never a turn. */
const SWEEP_MS = 1_000
/** A run that broke off for a fault of our own is taken up again after this long. */
const BROKEN_PAUSE_MS = 2_000
const CLAIM_AT_ONCE = 100
/** Timers may fire a moment early, and the database's clock may be a moment behind. */
const WAKE_LATE_MS = 5

export interface ExecutorOptions {
  /** A fresh name each time it is called; names say nothing. */
  nameNode: () => string
  leaseMs: number
  /** Turns in flight at once; each waits for its upstream most of the time. */
  turnsMax: number
}

interface Running {
  claim: leases.ClaimedTurn
  canceled: AbortController
  done: Promise<void>
}

export class Executor {
  readonly #inst: Installation
  readonly #options: ExecutorOptions
  readonly #running = new Map<string, Running>()
  readonly #stopped = new AbortController()
  #mode: 'running' | 'draining' | 'stopped' = 'stopped'
  #nodeId = ''
  #lost = new AbortController()
  #leaseUntilMs = 0
  #looking: Promise<void> | null = null
  #lookAgain = false
  /** When turns that wait are looked for again, in Unix ms. */
  readonly #wakings = new Set<number>()
  readonly #admitted = new Set<string>()
  /** Turns held by this node at the last sweep and not known to it, and by which claim. */
  #unknown: ReadonlyMap<string, number> = new Map()
  #handBacks: leases.ClaimedTurn[] = []
  #loops: Promise<void>[] = []

  constructor(inst: Installation, options: ExecutorOptions) {
    this.#inst = inst
    this.#options = options
  }

  /** Registers the node and begins. */
  async start(): Promise<void> {
    await this.#register()
    this.#mode = 'running'
    this.#loops = [this.#every(this.#options.leaseMs / 3, () => this.#renew()), this.#every(SWEEP_MS, () => this.#sweep())]
  }

  /** For platforms that live for one event: takes what is due, runs it to its end or to a wait beyond `stayMs` from now, and lets go. */
  async runOnce(stayMs: number): Promise<void> {
    const { clock } = this.#inst
    const untilMs = clock.nowMs() + stayMs
    await this.start()
    for (;;) {
      await this.#look()
      await this.#allDone()
      const wakingMs = Math.min(...this.#wakings)
      if (wakingMs > untilMs) break
      await clock.sleep(wakingMs - clock.nowMs())
    }
    await this.drain(0)
  }

  /** Something has fallen due: look now. */
  wake(): void {
    void this.#look()
  }

  /** A place for a turn about to be stored as claimed by this node; null when there is none. */
  admit(turnId: string): Admission | null {
    const lost = this.#lost.signal
    const isFull = this.#running.size + this.#admitted.size >= this.#options.turnsMax
    if (this.#mode !== 'running' || lost.aborted || isFull || this.#inst.clock.nowMs() >= this.#leaseUntilMs) return null
    const claim = { turnId, nodeId: this.#nodeId, epoch: leases.FIRST_EPOCH, status: 'running', waited: null } as const
    this.#admitted.add(turnId)
    return {
      nodeId: claim.nodeId,
      begin: (turn, session) => {
        // A lease lost meanwhile has freed the turn for others.
        if (this.#admitted.delete(turnId) && !lost.aborted) this.#begin(claim, { turn, session, budgeted: false, parentIsHead: false })
      },
      leave: () => void this.#admitted.delete(turnId),
    }
  }

  /** The turn was canceled, here or on another node. */
  cancel(turnId: string): void {
    this.#running.get(turnId)?.canceled.abort()
  }

  /** Turns at work here, and answers read on after their turn. */
  get inFlight(): number {
    return this.#running.size
  }

  /** Claims nothing more, gives what runs `graceMs` to end, then lets go of the rest: other nodes take it up by the ledger. */
  async drain(graceMs: number): Promise<void> {
    if (this.#mode === 'stopped') return
    this.#mode = 'draining'
    const over = new AbortController()
    const grace = this.#inst.clock.sleep(graceMs, over.signal).catch(() => undefined)
    await Promise.race([grace, this.#allDone()])
    over.abort()
    this.#lost.abort(new Error('the node is stopping'))
    // A claim may still be on its way: what it brings is handed back.
    await this.#looking
    await this.#allDone()
    this.#mode = 'stopped'
    this.#stopped.abort()
    await Promise.all(this.#loops)
    // Without the database nothing can be handed over: the lease runs out by itself.
    await leases
      .retireNode(this.#inst.db, this.#nodeId)
      .catch((error: unknown) => this.#inst.logger.warn('executor.not_retired', { node: this.#nodeId, error: describeError(error) }))
  }

  async #allDone(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done))
  }

  async #register(): Promise<void> {
    const { clock, db } = this.#inst
    const nodeId = this.#options.nameNode()
    const nowMs = clock.nowMs()
    await leases.registerNode(db, nodeId, this.#options.leaseMs)
    // Not before: what is claimed under a name nobody knows is taken away and sent again by the next sweep.
    this.#nodeId = nodeId
    this.#lost = new AbortController()
    this.#leaseUntilMs = nowMs + this.#options.leaseMs
  }

  /** One heartbeat for all turns of the node. A lease that could not be renewed in time counts as lost. */
  async #renew(): Promise<void> {
    const { clock, db, logger } = this.#inst
    const nowMs = clock.nowMs()
    const renewed = await leases.renewNode(db, this.#nodeId, this.#options.leaseMs).catch(() => nowMs < this.#leaseUntilMs && null)
    if (renewed === true) this.#leaseUntilMs = nowMs + this.#options.leaseMs
    if (renewed !== false) return
    logger.warn('executor.lease_lost', { node: this.#nodeId, turns: this.#running.size })
    this.#lost.abort(new Error('the lease is lost'))
    await this.#allDone()
    await this.#register()
  }

  /** Ends when no claim is on its way: what one brings is not known to this node before, and two sweeps in a row must not miss it. */
  async #sweep(): Promise<void> {
    const { db } = this.#inst
    for (const claim of this.#handBacks.splice(0)) await this.#handBack(claim, BROKEN_PAUSE_MS)
    await this.#compareHolds()
    await leases.freeTurnsOfDeadNodes(db)
    await leases.releaseForgottenQueues(db)
    await this.#look()
    await handOverWebhooks(this.#inst)
  }

  /**
   * Rings may be lost, and so may the answer to the statement that stored or claimed a turn: what this node holds by the database
   * says which runs were canceled or deleted elsewhere, and which turns it holds without running them.
   */
  async #compareHolds(): Promise<void> {
    // By the time of the answer a turn that waited a moment may run again here: that run is not the one asked about.
    const asked = new Map(this.#running)
    const held = new Map((await leases.turnsHeldBy(this.#inst.db, this.#nodeId)).map((hold) => [hold.turnId, hold]))
    for (const [id, running] of asked) if (held.get(id)?.status !== 'running') running.canceled.abort()
    const unknown = [...held.values()].filter(({ turnId }) => !this.#running.has(turnId) && !this.#admitted.has(turnId))
    // One that is unknown for a moment was claimed, or let go of, a moment ago: only a hold that lasts was lost.
    for (const hold of unknown) if (this.#unknown.get(hold.turnId) === hold.epoch) await leases.handBack(this.#inst.db, hold, 0)
    this.#unknown = new Map(unknown.map(({ turnId, epoch }) => [turnId, epoch]))
  }

  /** Claims what is due, as far as there is room; one look at a time, and another if someone rang meanwhile. */
  #look(): Promise<void> {
    this.#lookAgain = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #lookOn(): Promise<void> {
    try {
      while (this.#lookAgain && this.#mode === 'running' && !this.#lost.signal.aborted) {
        this.#lookAgain = false
        const room = Math.min(CLAIM_AT_ONCE, this.#options.turnsMax - this.#running.size - this.#admitted.size)
        if (room <= 0) break
        const claims = await leases.claimDueTurns(this.#inst.db, this.#nodeId, room)
        for (const claim of claims) this.#begin(claim)
        if (claims.length === room) this.#lookAgain = true
      }
    } catch (error) {
      this.#inst.logger.warn('executor.claim_failed', { error: describeError(error) })
    }
  }

  #begin(claim: leases.ClaimedTurn, opened?: TurnInSession): void {
    const canceled = new AbortController()
    const running = { claim, canceled, done: Promise.resolve() }
    this.#running.set(claim.turnId, running)
    running.done = this.#run(claim, canceled.signal, opened).finally(() => {
      // A turn that waited a moment may have been claimed again before its last run was over.
      if (this.#running.get(claim.turnId) === running) this.#running.delete(claim.turnId)
      if (this.#running.size === this.#options.turnsMax - 1) this.wake()
    })
  }

  async #run(claim: leases.ClaimedTurn, canceled: AbortSignal, opened?: TurnInSession): Promise<void> {
    const { logger } = this.#inst
    try {
      const end = await runTurn(this.#inst, claim, { canceled, lost: this.#lost.signal }, opened)
      if (end.kind === 'waiting') this.#wakeAt(end.dueAtMs)
      if (end.kind === 'ended') {
        await end.lingering
        await traceTurn(this.#inst, claim.turnId)
      }
      if (end.kind === 'lost') {
        await this.#handBack(claim, 0)
        this.wake()
      }
    } catch (error) {
      logger.error('turn.run_failed', { turn: claim.turnId, error: describeError(error) })
      await this.#handBack(claim, BROKEN_PAUSE_MS)
    }
  }

  /** While the database is away this cannot be written; it is tried again with every sweep. */
  async #handBack(claim: leases.ClaimedTurn, afterMs: number): Promise<void> {
    await leases.handBack(this.#inst.db, claim, afterMs).catch(() => void this.#handBacks.push(claim))
  }

  #wakeAt(dueAtMs: number): void {
    const { clock } = this.#inst
    const wakingMs = Math.max(dueAtMs, clock.nowMs()) + WAKE_LATE_MS
    this.#wakings.add(wakingMs)
    clock.sleep(wakingMs - clock.nowMs(), this.#stopped.signal).then(
      () => {
        this.#wakings.delete(wakingMs)
        this.wake()
      },
      () => undefined,
    )
  }

  async #every(periodMs: number, work: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#inst
    while (!this.#stopped.signal.aborted) {
      await work().catch((error: unknown) => logger.warn('executor.sweep_failed', { error: describeError(error) }))
      await clock.sleep(periodMs, this.#stopped.signal).catch(() => undefined)
    }
  }
}
