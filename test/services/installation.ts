/** The service without HTTP: a database, blobs in a folder, the real adapter, a simulated upstream, and as many nodes as a test wants. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import { createListeningBell, ringingDispatcher } from '../../src/db/event-bell.ts'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import type { Endpoint } from '../../src/domain/endpoint.ts'
import { makeId } from '../../src/domain/ids.ts'
import type { Media } from '../../src/domain/media.ts'
import type { Clock } from '../../src/domain/ports.ts'
import type { Session, SessionSettings } from '../../src/domain/session.ts'
import { hasEnded, type Turn } from '../../src/domain/turn.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { createGeminiFiles } from '../../src/gemini/gemini-files.ts'
import { createGeminiModel } from '../../src/gemini/gemini-model.ts'
import { checksums } from '../../src/media/checksums.ts'
import { createImageInspector } from '../../src/media/inspect-image.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { cancelTurn } from '../../src/services/cancel-turn.ts'
import type { Installation, ServiceContext } from '../../src/services/context.ts'
import { createSession } from '../../src/services/create-session.ts'
import { Executor } from '../../src/services/executor.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { storeMedia } from '../../src/services/store-media.ts'
import type { Submission } from '../../src/services/submission.ts'
import { submitTurn } from '../../src/services/submit-turn.ts'
import { waitForTurn } from '../../src/services/wait-for-turn.ts'
import type { SimulatorOptions } from '../../src/simulator/options.ts'
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LoggedEvent, recordingLogger } from '../support/recording-logger.ts'

/** Small and at once: what the tests need of signatures, pictures and time. */
const QUICK: SimulatorOptions = { timeScale: 0, signatureBytes: { min: 120, max: 180 }, edge1kPx: 64, textRate: 0 }

/** The engine's numbers, small enough for a test to wait for. */
const QUICK_MODE = { backoffBaseMs: 10, backoffCapMs: 40, roundPauseMs: 10, minimumSliceMs: 50, deadlineMs: 30_000 }

/** Longer than any test: a lease ends when a test says so. */
const LEASE_MS = 600_000

/** More than any turn of a test takes; a turn that needs longer fails its test by what it is then. */
const WAIT_MS = 15_000

export interface Options {
  simulator?: SimulatorOptions
  /** Laid over the policy for interactive turns. */
  interactive?: Record<string, unknown>
  /** Laid over the rest of the policy. */
  policy?: Record<string, unknown>
  endpoint?: Partial<Endpoint>
  connections?: number
  /** Turns run where they are accepted, as in the service: in the node started first. Default: whoever looks first runs them. */
  atOnce?: boolean
  onStatement?: (text: string) => void
}

export interface TestNode {
  executor: Executor
  /** Its heart stops and it hears nothing more, as if it slept, until its lease is over; what it has begun goes on. Only while it is alone. */
  freeze(): Promise<void>
  thaw(): void
}

export interface House {
  installation: Installation
  /** What verbs are given, as a tenant. */
  ctx: ServiceContext
  database: TestDatabase
  simulator: Simulator
  logged: LoggedEvent[]
  /** `own`: what this node has instead of the installation's. */
  startNode(own?: Partial<Installation>, leaseMs?: number): Promise<TestNode>
  session(settings?: Partial<SessionSettings>): Promise<Session>
  picture(colour?: string): Promise<Media>
  submit(
    sessionId: string,
    text: string,
    more?: Partial<Omit<Submission, 'request'>> & { request?: Partial<Submission['request']> },
  ): Promise<Turn>
  /** The turn once it has ended. */
  ended(turnId: string): Promise<Turn>
  /** The turn as soon as `is` holds for it. */
  until(turnId: string, is: (turn: Turn) => boolean): Promise<Turn>
  cancel(turnId: string): Promise<Turn>
}

/** Opens a house that is cleared away when the test is over. No node runs until one is started. */
export async function openHouse(options: Options = {}): Promise<House> {
  const database = await freshDatabase({
    max: options.connections ?? 10,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  })
  const simulator = await startSimulator({ ...QUICK, ...options.simulator })
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-services-'))
  const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
  const logger = recordingLogger()
  const bell = await createListeningBell(database.sql, systemClock, logger)
  const nodes: { executor: Executor; freezer: Freezer }[] = []
  onTestFinished(async () => {
    for (const { freezer } of nodes) freezer.thaw()
    await Promise.all(nodes.map(({ executor }) => executor.drain(0)))
    await bell.close()
    await Promise.all([database.close(), simulator.close(), transport.close()])
    await rm(dir, { recursive: true })
  })

  const endpoint: Endpoint = {
    ...{ id: 'gemini', api: 'gemini', baseUrl: simulator.url, key: 'a-good-key', project: 'project', files: true },
    ...{ inlineBytesMax: 20_000_000, limits: {} },
    ...options.endpoint,
  }
  const furnish = (clock: Clock): Installation => {
    const blobs = createFsBlobStore(dir, { clock, random: systemRandom, durable: false })
    const signatures = createSignatureStore(database, { clock, random: systemRandom })
    const unused = () => Promise.reject(new Error('no test makes pictures of pictures here'))
    return {
      ...{ db: database.db, clock, random: systemRandom, logger, blobs, signatures, bell, endpoints: [endpoint] },
      inspector: createImageInspector(blobs),
      checksums,
      pictures: { thumbnail: unused, toDisplayJpeg: unused },
      model: createGeminiModel({ endpoints: [endpoint], transport, blobs, signatures, clock }),
      files: createGeminiFiles({ endpoints: [endpoint], transport, blobs, clock }),
      dispatcher: options.atOnce
        ? { ...ringingDispatcher, admit: (turnId) => nodes[0]?.executor.admit(turnId) ?? null }
        : ringingDispatcher,
      webhooks: null,
      tracer: null,
      models: createModelStates(database.db, clock),
      catalogue: BUILT_IN_CATALOGUE,
      policies: loadPolicy({ ...options.policy, interactive: { ...QUICK_MODE, ...options.interactive } }),
    }
  }
  const installation = furnish(systemClock)
  const ctx: ServiceContext = {
    ...installation,
    principal: { tenantId: 'local', kind: 'tenant', sessionId: null },
    requestId: 'req_test',
    traceParent: null,
  }
  const until: House['until'] = async (turnId, is) => {
    const untilMs = systemClock.nowMs() + WAIT_MS
    for (;;) {
      const rung = bell.rung(turnId, 50)
      const turn = await waitForTurn({ ctx, input: { turnId, waitMs: 0 } })
      if (is(turn)) return turn
      if (systemClock.nowMs() > untilMs) throw new Error(`in vain: ${JSON.stringify({ ...turn, output: turn.output.length })}`)
      await rung
    }
  }

  return {
    ...{ installation, ctx, database, simulator, logged: logger.events, until },
    startNode: async (own = {}, leaseMs = LEASE_MS) => {
      const freezer = createFreezer()
      const executor = new Executor(
        { ...furnish(freezer.clock), ...own },
        {
          nameNode: () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10)),
          leaseMs,
          turnsMax: 1_000,
        },
      )
      await executor.start()
      bell.onWork(() => freezer.isFrozen() || executor.wake())
      bell.onCancel((turnId) => freezer.isFrozen() || executor.cancel(turnId))
      nodes.push({ executor, freezer })
      const freeze = async () => {
        freezer.freeze()
        await database.sql`update nodes set lease_expires_at_ms = 0`
      }
      return { executor, freeze, thaw: freezer.thaw }
    },
    session: (settings = {}) => createSession({ ctx, input: settings }),
    picture: async (colour = 'teal') => {
      const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: colour } })
        .png()
        .toBuffer()
      return (await storeMedia({ ctx, input: { bytes: pieceOf(bytes), declaredType: null } })).media
    },
    submit: async (sessionId, text, { request, ...more } = {}) => {
      const input: Submission = { sessionId, idempotencyKey: null, ...more, request: { ...aRequest(text), ...request } }
      return (await submitTurn({ ctx, input })).turn
    },
    ended: (turnId) => until(turnId, ({ status }) => hasEnded(status)),
    cancel: (turnId) => cancelTurn({ ctx, input: { turnId } }),
  }
}

/** A request of one text, with everything else left to the session. */
export function aRequest(text: string): Submission['request'] {
  return {
    ...{ parts: [{ type: 'text', text }], image: {}, models: null, strategy: null, policy: {}, deadlineMs: null, notBeforeMs: null },
    ...{ window: null, webhookUrl: null, metadata: {} },
  }
}

interface Freezer {
  clock: Clock
  isFrozen(): boolean
  freeze(): void
  thaw(): void
}

/** Real time whose sleepers do not wake while it is frozen, unless they are called off. */
function createFreezer(): Freezer {
  let thawed = Promise.resolve()
  let release: (() => void) | null = null
  return {
    clock: {
      nowMs: systemClock.nowMs,
      sleep: async (ms, signal) => {
        await systemClock.sleep(ms, signal)
        await Promise.race([thawed, aborted(signal)])
        signal?.throwIfAborted()
      },
    },
    isFrozen: () => release !== null,
    freeze: () => {
      const gate = Promise.withResolvers<void>()
      thawed = gate.promise
      release = gate.resolve
    },
    thaw: () => {
      release?.()
      release = null
    },
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
}

async function* pieceOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
