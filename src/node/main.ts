/** `npm start`: the service, until it is asked to stop. */
import { readFileSync } from 'node:fs'
import { parseConfig } from '../config.ts'
import { describeError } from '../domain/describe-error.ts'
import { systemClock } from '../runtime/clock.ts'
import { createLogger } from '../runtime/logger.ts'
import { startService } from './start-service.ts'
import { whenToldToStop } from './when-told-to-stop.ts'

const NO_UPSTREAM = `No upstream is configured: set GEMINI_API_KEY to a key of the Gemini API and start again.
  GEMINI_API_KEY=… npm start
To see the service at work without a key:
  npm run demo`

const parsed = parseConfig(process.env, (path) => readFileSync(path, 'utf8'))
if ('problems' in parsed) refuse(parsed.problems.join('\n'))
else if (parsed.ok.endpoints.length === 0) refuse(NO_UPSTREAM)
else {
  const logger = createLogger({ clock: systemClock, sink: (line) => void process.stdout.write(`${line}\n`) })
  try {
    const service = await startService(parsed.ok, { logger })
    whenToldToStop(service.close)
  } catch (error) {
    refuse(`The service could not start: ${describeError(error)}\n\`npm run doctor\` says what to mend.`)
    // What could not be closed either is not waited for.
    process.exit(1)
  }
}

function refuse(words: string): void {
  process.stderr.write(`${words}\n`)
  process.exitCode = 1
}
