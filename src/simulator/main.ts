import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { greeting } from './greeting.ts'
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
process.stdout.write(greeting(simulator.url))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
