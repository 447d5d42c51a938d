/** What the demo runs against: a service of its own on an embedded PostgreSQL, and the simulator or Google behind it. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, parseConfig } from '../../config.ts'
import type { Logger } from '../../domain/ports.ts'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import { startService } from '../start-service.ts'
import { checkUpstream } from './check-upstream.ts'
import { DemoFailure } from './conversation.ts'
import type { Trouble } from './scenario.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Surroundings {
  serviceUrl: string
  /** Null where nothing may go wrong on purpose. */
  makeTrouble: ((trouble: Trouble) => void) | null
  /** Ends everything that was started, and removes its data. */
  close(): Promise<void>
}

export interface SurroundingsOptions {
  /** Against the upstream that `env` names rather than the simulator. */
  live: boolean
  env: Environment
  logger: Logger
  signal: AbortSignal
}

/** What the live demo takes over from the environment. The rest, `DATABASE_URL` above all, stays out of a demo's reach. */
const LIVE_VARIABLES = [
  'GEMINI_API_KEY',
  'GEMINI_BASE_URL',
  'ENDPOINTS',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
  'ENGINE_POLICY',
  'MODEL_CATALOG',
]

const HOUR_MS = 3_600_000

/** Long enough to be watched, short enough not to bore: a real picture takes 10 to 30 s. */
const SIMULATED_LATENCY = { '*': { minMs: 600, maxMs: 1_200 } }

/** @throws DemoFailure when the live demo lacks a key or cannot reach the upstream */
export async function startSurroundings({ live, env, logger, signal }: SurroundingsOptions): Promise<Surroundings> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    const last = closers.pop()
    await last?.().finally(close)
  }
  try {
    const upstream = live ? liveUpstream(env) : await simulatedUpstream(closers)
    const dataDir = await mkdtemp(join(tmpdir(), 'pentimento-demo-'))
    closers.push(() => rm(dataDir, { recursive: true, force: true }))
    const config = readConfig({ ...upstream.env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, DRAIN_MS: '1000' })
    if (live) await checkUpstream(config, signal)
    const service = await startService(config, { logger })
    closers.push(service.close)
    return { serviceUrl: service.url, makeTrouble: upstream.makeTrouble, close }
  } catch (error) {
    await close()
    throw error
  }
}

function readConfig(env: Environment): Config {
  const parsed = parseConfig(env, (path) => readFileSync(path, 'utf8'))
  if ('problems' in parsed) throw new DemoFailure(['the settings are not usable:', ...parsed.problems].join('\n  '))
  return parsed.ok
}

type Upstream = { env: Environment; makeTrouble: Surroundings['makeTrouble'] }

function liveUpstream(env: Environment): Upstream {
  if (!env.GEMINI_API_KEY && !env.ENDPOINTS) {
    throw new DemoFailure('GEMINI_API_KEY is not set. The live demo needs a key of the Gemini API; `npm run demo` runs without one.')
  }
  return { env: Object.fromEntries(LIVE_VARIABLES.map((name) => [name, env[name]])), makeTrouble: null }
}

async function simulatedUpstream(closers: (() => Promise<void>)[]): Promise<Upstream> {
  const simulator = await startSimulator({ latency: SIMULATED_LATENCY })
  closers.push(simulator.close)
  return { env: { GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url }, makeTrouble: (trouble) => make(trouble, simulator) }
}

function make({ faults, clockHours }: Trouble, simulator: Simulator): void {
  simulator.setFaults([...(faults ?? [])])
  if (clockHours) simulator.advanceClock(clockHours * HOUR_MS)
}
