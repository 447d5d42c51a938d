/** `npm run dev`: service and simulator in one process, which `node --watch` starts anew when a file changes. */
import { readFileSync } from 'node:fs'
import { parseConfig } from '../config.ts'
import { describeError } from '../domain/describe-error.ts'
import { systemClock } from '../runtime/clock.ts'
import { createLogger } from '../runtime/logger.ts'
import { startSimulator } from '../simulator/start-simulator.ts'
import { startService } from './start-service.ts'
import { whenToldToStop } from './when-told-to-stop.ts'

/** A picture in a second or two: slow enough to see progress, fast enough to work with. */
const LATENCY = { '*': { minMs: 1_000, maxMs: 2_000 } }

const logger = createLogger({ clock: systemClock, sink: (line) => void process.stdout.write(`${line}\n`) })
const simulatorPort = Number(process.env.SIMULATOR_PORT ?? 8788)
const simulator = await startSimulator({ port: simulatorPort, latency: LATENCY }).catch((error: unknown) => {
  const words = `The simulator could not start on port ${simulatorPort} (${describeError(error)}); choose another SIMULATOR_PORT.`
  process.stderr.write(`${words}\n`)
  process.exit(1)
})
const env = { ...process.env, GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url, ENDPOINTS: undefined }
const parsed = parseConfig(env, (path) => readFileSync(path, 'utf8'))
if ('problems' in parsed) await fail(parsed.problems.join('\n'))
else {
  try {
    const service = await startService(parsed.ok, { logger })
    whenToldToStop(async () => {
      await service.close()
      await simulator.close()
    })
    const database = service.sharesDatabase ? `database  ${sharedDatabase(parsed.ok.dataDir)}\n` : ''
    process.stdout.write(`\nservice   ${service.url}\nsimulator ${simulator.url}\n${database}\n`)
  } catch (error) {
    await fail(`The service could not start: ${describeError(error)}`)
  }
}

/** Two services on one database work together, which is not what everyone expects who starts a second one. */
function sharedDatabase(dataDir: string): string {
  return `shared with the process that opened ${dataDir} first: either sees all sessions and may run any turn; DATA_DIR names another`
}

async function fail(words: string): Promise<void> {
  process.stderr.write(`${words}\n`)
  process.exitCode = 1
  await simulator.close()
}
