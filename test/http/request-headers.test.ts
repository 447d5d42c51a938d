import { describe, expect, it } from 'vitest'
import { parseByteRange } from '../../src/http/parse/byte-range.ts'
import { expectedHead, matchesTag } from '../../src/http/parse/entity-tags.ts'
import { applyPreference, parsePrefer } from '../../src/http/parse/prefer.ts'

const WAIT_MAX_MS = 55_000

describe('Prefer', () => {
  it.each([
    ['', 0, null],
    ['respond-async', 0, 'respond-async'],
    ['wait', 30_000, 'wait=30'],
    ['wait=10', 10_000, 'wait=10'],
    ['Wait = 10', 10_000, 'wait=10'],
    ['wait="10"', 10_000, 'wait=10'],
    ['wait=600', WAIT_MAX_MS, 'wait=55'],
    ['wait=0', 0, 'respond-async'],
    ['respond-async, wait=10', 10_000, 'wait=10'],
    ['wait=10; x=1, wait=20', 10_000, 'wait=10'],
    ['return=minimal, handling=lenient', 0, null],
  ])('%j holds the answer for %d ms and says %j', (header, waitMs, applied) => {
    const preference = parsePrefer(header)
    expect(preference && applyPreference(preference, WAIT_MAX_MS)).toEqual({ waitMs, applied })
  })

  it.each(['wait=soon', 'wait=-1', 'wait=1.5', 'wait=99999999999'])('%j is refused, not guessed at', (header) => {
    expect(parsePrefer(header)).toBeNull()
  })
})

describe('If-Match on a turn', () => {
  it.each([
    ['"trn_1"', 'trn_1'],
    ['  "trn_1" ', 'trn_1'],
    ['"root"', null],
    ['*', undefined],
  ])('%j expects the head %j', (header, head) => {
    expect(expectedHead(header)).toBe(head)
  })

  it.each(['trn_1', 'W/"trn_1"', '"a", "b"', '""x"', ''])('%j is refused, not guessed at', (header) => {
    expect(() => expectedHead(header)).toThrow(RangeError)
  })
})

describe('If-None-Match', () => {
  it.each([
    ['"abc"', true],
    ['W/"abc"', true],
    ['"x", "abc"', true],
    ['*', true],
    ['"x"', false],
    [undefined, false],
  ])('%j finds the copy good: %j', (header, good) => {
    expect(matchesTag(header, '"abc"')).toBe(good)
  })
})

describe('Range of 100 bytes', () => {
  it.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['BYTES=0-0', { start: 0, end: 0 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['bytes=-', 'whole'],
    ['lines=1-2', 'whole'],
    [undefined, 'whole'],
  ])('%j is %j', (header, expected) => {
    expect(parseByteRange(header, 100)).toEqual(expected)
  })

  it('has nothing to give of an empty content', () => {
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable')
  })
})
