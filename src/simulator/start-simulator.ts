import { createServer } from 'node:http'
import { z } from 'zod'
import { type FaultRuleInput, faultRuleSchema } from './faults/fault-rule.ts'
import { handleRequest } from './http/handle-request.ts'
import { type SimulatorOptions, simulatorOptionsSchema } from './options.ts'
import type { LogEntry, RequestCounts } from './request-log.ts'
import { createSimulation } from './simulation.ts'

export type Simulator = {
  /** `http://127.0.0.1:8788`; a client of the Gemini API takes it as its base URL. */
  url: string
  port: number
  /** Drops every connection and frees the port. */
  close(): Promise<void>
  /** Replaces all rules; counting of `times` starts anew. */
  setFaults(rules: FaultRuleInput[]): void
  /** Moves the simulator's clock forward, in milliseconds. */
  advanceClock(ms: number): void
  /** Every request so far, oldest first. */
  log(): LogEntry[]
  counts(): RequestCounts
  /** Forgets requests, faults, quota use, files and uploads. */
  reset(): void
}

const HOST = '127.0.0.1'
const KEEP_ALIVE_MS = 65_000

/**
 * Starts a server on loopback that behaves as the Gemini API does.
 * @param options see options.ts: all have defaults
 * @throws ZodError on unknown or wrong options
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = simulatorOptionsSchema.parse(options)
  const simulation = createSimulation(settings)
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    handleRequest(simulation, request, response).catch((cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, HOST, resolve)
  })
  const { port } = z.object({ port: z.number() }).parse(server.address())

  return {
    url: `http://${HOST}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    setFaults: (rules) => simulation.faults.set(z.array(faultRuleSchema).parse(rules)),
    advanceClock: (ms) => simulation.clock.advance(ms),
    log: () => simulation.log.entries(),
    counts: () => simulation.log.counts(),
    reset: () => simulation.reset(),
  }
}
