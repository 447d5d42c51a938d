import { describe, expect, test } from 'vitest'
import { createLogger, type LogLevel } from '../../src/runtime/logger.ts'
import { createManualClock } from '../support/manual-clock.ts'

function recordingLogger(level?: LogLevel) {
  const lines: string[] = []
  const logger = createLogger({
    clock: createManualClock(),
    sink: (line) => lines.push(line),
    fields: { node: 'a' },
    ...(level && { level }),
  })
  return { logger, lines, read: () => lines.map((line): unknown => JSON.parse(line)) }
}

describe('a log line', () => {
  test('is one JSON object with time, level, event and fields', () => {
    const { logger, lines, read } = recordingLogger()
    logger.info('turn.ended', { turn: 'trn_1', ms: 12, ok: true, model: null, absent: undefined })
    expect(read()).toEqual([
      { at: '2026-11-20T12:00:00.000Z', level: 'info', event: 'turn.ended', node: 'a', turn: 'trn_1', ms: 12, ok: true, model: null },
    ])
    expect(lines[0]).toMatch(/^\{"at":/)
  })

  test('stays one line whatever a field holds', () => {
    const { logger, lines } = recordingLogger()
    logger.warn('odd', { text: 'a\nb\u2028c"}' })
    expect(lines[0]).not.toContain('\n')
  })

  test('keeps its own time, level and event against fields of the same name', () => {
    const { logger, read } = recordingLogger()
    logger.error('failed', { at: 'never', level: 'fatal', event: 'other' })
    expect(read()).toEqual([{ at: '2026-11-20T12:00:00.000Z', level: 'error', event: 'failed', node: 'a' }])
  })
})

describe('levels', () => {
  test.each([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('at %s', (level, written) => {
    const { logger, read } = recordingLogger(level)
    logger.info('x')
    logger.warn('x')
    logger.error('x')
    expect(read()).toEqual(written.map((name) => expect.objectContaining({ level: name })))
  })
})

describe('the guard', () => {
  test('cuts a text at 500 characters and says how long it was', () => {
    const { logger, read } = recordingLogger()
    logger.info('x', { message: 'no '.repeat(200), short: 'no '.repeat(100) })
    expect(read()).toEqual([expect.objectContaining({ message: `${'no '.repeat(166)}no… (600 characters)`, short: 'no '.repeat(100) })])
  })

  test('withholds what looks like an image or a signature, and shows digests and ids', () => {
    const { logger, lines } = recordingLogger()
    const sha256 = 'c0ffee00'.repeat(8)
    logger.error('bad answer', { message: `data ${'iVBORw0KGgo/+'.repeat(12)}== end`, sha256 })
    expect(lines[0]).toContain('data [158 characters withheld] end')
    expect(lines[0]).toContain(sha256)
  })

  test('withholds fields named like a secret, however they are written', () => {
    const { logger, lines } = recordingLogger()
    logger.info('x', { Authorization: 'Bearer abc', apiKey: 'abc', token: 'abc', tokens: 12 })
    expect(lines[0]).not.toContain('abc')
    expect(lines[0]).toContain('"tokens":12')
  })

  test('guards the event too', () => {
    const { logger, lines } = recordingLogger()
    logger.info('a'.repeat(5_000))
    expect(lines[0]?.length).toBeLessThan(700)
  })
})
