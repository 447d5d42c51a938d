import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type SimulatorOptions, simulatorOptionsSchema } from './options.ts'
import { startSimulator } from './start-simulator.ts'

/** `npm run simulator`: PORT (default 8788), and SIMULATOR, which is JSON or `@file` with the options of options.ts. */
const DEFAULT_PORT = 8788

function readOptions(environment: NodeJS.ProcessEnv): SimulatorOptions {
  const source = environment.SIMULATOR ?? '{}'
  const given: unknown = JSON.parse(source.startsWith('@') ? readFileSync(source.slice(1), 'utf8') : source)
  const port = environment.PORT === undefined ? DEFAULT_PORT : Number(environment.PORT)
  return simulatorOptionsSchema.parse({ port, ...z.record(z.string(), z.unknown()).parse(given) })
}

const simulator = await startSimulator(readOptions(process.env))
process.stdout.write(
  [
    `A simulated Gemini API is at ${simulator.url} (any API key will do).`,
    `Point a client at it:   new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: '${simulator.url}' } })`,
    `or by the environment:  GOOGLE_GEMINI_BASE_URL=${simulator.url}`,
    `What it was asked:      GET ${simulator.url}/simulator/log, /simulator/counts, /simulator/files`,
    `What goes wrong:        PUT ${simulator.url}/simulator/faults   e.g. [{"match":{"rate":0.5},"fault":{"kind":"error","error":"overloaded"}}]`,
    '',
  ].join('\n'),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
