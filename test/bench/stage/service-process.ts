/** The service as `npm start` runs it, in a process of its own that watches its own event loop. Configured by the environment. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseConfig } from '../../../src/config.ts'
import { startService } from '../../../src/node/start-service.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { createLogger } from '../../../src/runtime/logger.ts'

export interface LoopReport {
  /** Longest stall and 99th percentile since the last report, in ms. */
  longestMs: number
  p99Ms: number
  heapUsedBytes: number
}

const RESOLUTION_MS = 5

const parsed = parseConfig(process.env)
if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
// Warnings and errors alone: a bench that goes wrong says why.
const logger = createLogger({ clock: systemClock, level: 'warn', sink: (line) => void process.stderr.write(`${line}\n`) })
const service = await startService(parsed.ok, { logger })
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
loop.enable()

process.on('message', (message) => {
  if (message === 'collect') globalThis.gc?.()
  const report: LoopReport = {
    longestMs: Math.max(0, loop.max / 1e6 - RESOLUTION_MS),
    p99Ms: Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS),
    heapUsedBytes: process.memoryUsage().heapUsed,
  }
  loop.reset()
  process.send?.(report)
})
process.once('SIGTERM', () => void service.close().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(1))
process.send?.({ url: service.url })
