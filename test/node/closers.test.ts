import { expect, test } from 'vitest'
import { type Closer, closeAll } from '../../src/node/closers.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { recordingLogger } from '../support/recording-logger.ts'

test('what fails to close, or never does, holds up none of the others, and is told of', async () => {
  const clock = createManualClock()
  const logger = recordingLogger()
  const closed: string[] = []
  const closer = (what: string, end: () => Promise<unknown>): Closer => ({
    what,
    msMax: 5_000,
    close: () => {
      closed.push(what)
      return end()
    },
  })
  const done = closeAll(
    [
      closer('first', async () => undefined),
      closer('hanging', () => new Promise(() => {})),
      closer('failing', async () => Promise.reject(new Error('ECONNREFUSED'))),
      closer('last', async () => undefined),
    ],
    { clock, logger },
  )
  await clock.untilSleeping()
  await clock.advance(5_000)
  await done
  expect(closed).toEqual(['last', 'failing', 'hanging', 'first'])
  expect(logger.events.map(({ event, fields }) => `${event} ${fields.what}`)).toEqual([
    'service.not_closed failing',
    'service.not_closed hanging',
  ])
  expect(clock.wakesAtMs()).toEqual([])
})
