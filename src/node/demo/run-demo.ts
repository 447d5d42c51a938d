/** The demo from start to end. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished as written } from 'node:stream/promises'
import type { Clock } from '../../domain/ports.ts'
import { createLogger } from '../../runtime/logger.ts'
import { createApiClient } from './api-client.ts'
import { holdConversation } from './conversation.ts'
import { drawPhoto } from './draw-photo.ts'
import { formatDuration } from './figures.ts'
import { saveOutput } from './save-output.ts'
import type { Screen } from './screen.ts'
import { summarize } from './summary.ts'
import { type Environment, startSurroundings } from './surroundings.ts'

export interface DemoOptions {
  /** Against the upstream that `env` names rather than the simulator. */
  live: boolean
  outputDir: string
  env: Environment
  screen: Screen
  clock: Clock
  /** Stops the demo where it is; what it started is ended and cleared away all the same. */
  signal: AbortSignal
}

/** Resolves when everything was shown and written; rejects with what went wrong. */
export async function runDemo({ live, outputDir, env, screen, clock, signal }: DemoOptions): Promise<void> {
  const startedMs = clock.nowMs()
  await mkdir(outputDir, { recursive: true })
  const log = createWriteStream(join(outputDir, 'service.log'))
  const logger = createLogger({ clock, sink: (line) => log.write(`${line}\n`) })
  screen.line(live ? 'Starting PostgreSQL and the service …' : 'Starting PostgreSQL, the simulator of the Gemini API and the service …')
  try {
    const surroundings = await startSurroundings({ live, env, logger, signal })
    try {
      screen.line(`Ready after ${formatDuration(clock.nowMs() - startedMs)}: ${surroundings.serviceUrl}`)
      const api = createApiClient(surroundings.serviceUrl, signal)
      const photo = new Uint8Array(await drawPhoto())
      const conversation = await holdConversation({ api, screen, clock, photo, makeTrouble: surroundings.makeTrouble })
      await saveOutput(conversation, { outputDir, api, photo, live })
      for (const line of ['', ...summarize(conversation.finished), '']) screen.line(line)
    } finally {
      await surroundings.close()
    }
  } finally {
    log.end()
    await written(log)
  }
  screen.line(`Done in ${formatDuration(clock.nowMs() - startedMs)}, and all stopped again.`)
}
