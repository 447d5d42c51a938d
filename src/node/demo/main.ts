/** `npm run demo`: a conversation that goes wrong in every usual way, and comes out right. */
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../runtime/clock.ts'
import { runDemo } from './run-demo.ts'
import { createScreen, type Screen } from './screen.ts'

const USAGE = `npm run demo [-- --live] [-- --out DIR]

  --live   hold the conversation with Google instead of the simulator (needs GEMINI_API_KEY, costs about $0.70)
  --out    where pictures and contact sheet go; default demo-output`

const INTERRUPTED = 130

function readArguments() {
  const options = {
    live: { type: 'boolean', default: false },
    out: { type: 'string', default: 'demo-output' },
    help: { type: 'boolean' },
  } as const
  return parseArgs({ options, strict: true }).values
}

async function main(screen: Screen): Promise<number> {
  const { live, out, help } = readArguments()
  if (help) {
    screen.line(USAGE)
    return 0
  }
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(`Stopped by ${name}.`)))
  try {
    await runDemo({ live, outputDir: resolve(out), env: process.env, screen, clock: systemClock, signal: stopping.signal })
  } catch (error) {
    screen.line()
    const { aborted, reason } = stopping.signal
    screen.line(screen.paint('red', aborted ? explain(reason) : `The demo failed: ${explain(error)}`))
    return aborted ? INTERRUPTED : 1
  }
  const page = relative('.', join(out, 'index.html'))
  screen.line(`Next: open ${page}, or hold a conversation of your own: GEMINI_API_KEY=… npm start`)
  return 0
}

/** The message with those of its causes: fetch alone says only that it failed. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`
}

process.exitCode = await main(createScreen(process.stdout)).catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n\n${USAGE}\n`)
  return 1
})
