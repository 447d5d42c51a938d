/** Live progress of a turn on the screen. */
import type { Clock } from '../../domain/ports.ts'
import { type Description, describeEvent } from './describe-event.ts'
import type { StreamedEvent } from './event-stream.ts'
import { formatDuration } from './figures.ts'
import type { Screen } from './screen.ts'

const REDRAW_MS = 100
const INDENT = '    '

/** Prints each event as it comes; between them, on a TTY, a status line counts the seconds. */
export async function showProgress(
  events: AsyncIterable<StreamedEvent>,
  { screen, clock }: { screen: Screen; clock: Clock },
): Promise<void> {
  let ticking = new AbortController()
  try {
    for await (const event of events) {
      const described = describeEvent(event)
      if (described === null) continue
      ticking.abort()
      screen.line(`${INDENT}${screen.paint(described.style, `${described.mark} ${described.text}`)}`)
      ticking = new AbortController()
      if (screen.live && described.ongoing) void tick(described.ongoing, { screen, clock, signal: ticking.signal })
    }
  } finally {
    ticking.abort()
  }
}

async function tick(
  { text, untilMs }: NonNullable<Description['ongoing']>,
  { screen, clock, signal }: { screen: Screen; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const startedMs = clock.nowMs()
  while (!signal.aborted) {
    const nowMs = clock.nowMs()
    const shown = untilMs === undefined ? formatDuration(nowMs - startedMs) : `${formatDuration(Math.max(0, untilMs - nowMs))} left`
    screen.status(`${INDENT}  ${text} · ${shown}`)
    await clock.sleep(REDRAW_MS, signal).catch(() => {})
  }
}
