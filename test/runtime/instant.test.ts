import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInstant, toIso } from '../../src/runtime/instant.ts'

test.each([
  ['2026-11-20T11:46:03.120Z', 1_795_175_163_120],
  ['2026-11-20T11:46:03Z', 1_795_175_163_000],
  ['2026-11-20t11:46:03z', 1_795_175_163_000],
  ['2026-11-20T13:46:03+02:00', 1_795_175_163_000],
  ['2026-11-20T02:16:03-09:30', 1_795_175_163_000],
  ['2026-11-20T11:46:03.5Z', 1_795_175_163_500],
  ['2026-08-21T14:34:21.475407640Z', 1_787_322_861_475],
  ['2028-02-29T00:00:00Z', 1_835_395_200_000],
  ['1970-01-01T00:00:00-00:00', 0],
])('%s is read', (text, ms) => {
  expect(parseInstant(text)).toBe(ms)
})

test.each([
  ['', 'nothing'],
  ['tomorrow', 'words'],
  ['2026-11-20', 'no time'],
  ['2026-11-20T11:46:03', 'no offset'],
  ['2026-11-20 11:46:03Z', 'a space'],
  ['2026-02-30T00:00:00Z', 'no such day'],
  ['2027-02-29T00:00:00Z', 'no leap year'],
  ['2026-13-01T00:00:00Z', 'no such month'],
  ['2026-11-20T24:00:00Z', 'no such hour'],
  ['2026-11-20T11:60:00Z', 'no such minute'],
  ['2026-12-31T23:59:60Z', 'a leap second'],
  ['2026-11-20T11:46:03+24:00', 'no such offset'],
  ['2026-11-20T11:46:03+01:60', 'no such offset minute'],
  ['0042-01-01T00:00:00Z', 'a year no Date.UTC can name'],
  ['1795175163120', 'milliseconds'],
  [' 2026-11-20T11:46:03Z', 'blanks'],
])('%j is refused: %s', (text) => {
  expect(parseInstant(text)).toBeNull()
})

test('every moment reads back as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(100, 0, 1), max: Date.UTC(9999, 11, 31) }), (ms) => {
      expect(parseInstant(toIso(ms))).toBe(ms)
    }),
  )
})
