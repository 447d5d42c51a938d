import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { greeting } from './greeting.ts'
import { type SimulatorOptions, simulatorOptionsSchema } from './options.ts'
import { startSimulator } from './start-simulator.ts'

/** `npm run simulator`: PORT (default 8788), and SIMULATOR, which is JSON or `@file` with the options of options.ts. */
const DEFAULT_PORT = 8788
const givenSchema = z.record(z.string(), z.unknown())

/** The options, or what is wrong with them. */
function readOptions(environment: NodeJS.ProcessEnv): { options: SimulatorOptions } | { trouble: string } {
  const { SIMULATOR: source = '{}', PORT: port = String(DEFAULT_PORT) } = environment
  let given: unknown
  try {
    given = JSON.parse(source.startsWith('@') ? readFileSync(source.slice(1), 'utf8') : source)
  } catch (error) {
    return { trouble: `SIMULATOR is neither JSON nor @file: ${error instanceof Error ? error.message : ''}` }
  }
  const parsed = givenSchema.safeParse(given)
  if (!parsed.success) return { trouble: `SIMULATOR:\n${z.prettifyError(parsed.error)}` }
  const options = simulatorOptionsSchema.safeParse({ port: Number(port), ...parsed.data })
  return options.success ? { options: options.data } : { trouble: `SIMULATOR or PORT:\n${z.prettifyError(options.error)}` }
}

const read = readOptions(process.env)
if ('trouble' in read) {
  process.stderr.write(`The simulator cannot start. ${read.trouble}\n`)
  process.exit(1)
}
const simulator = await startSimulator(read.options)
process.stdout.write(greeting(simulator.url))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
