import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { Bundle } from '../../src/domain/bundle/bundle.ts'
import { hasEnded } from '../../src/domain/turn.ts'
import { arbitrarySession } from './arbitrary-session.ts'
import { type Picture, storePictures, storeSession } from './store-session.ts'
import { exportBytes, importBytes, openPlace, type Place } from './two-tenants.ts'

let place: Place
let pictures: Picture[]
beforeAll(async () => {
  place = await openPlace()
  pictures = await storePictures(place.as('here'))
})

/** Each run is some hundred statements. */
const RUNS = { numRuns: 25 }

for (const format of ['json', 'zip'] as const) {
  test(`export → import → export is the identity for any session, as ${format}`, async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(arbitrarySession, fc.integer({ min: 1, max: 4_000 }), async (spec, pieceBytes) => {
        const { sessionId } = await storeSession(place.as('here'), spec, pictures)
        const first = await exportBytes(place.as('here'), sessionId, { format })
        run += 1
        const there = place.as(`there-${format}-${run % 3}`)
        const { id } = await importBytes(there, format, first, pieceBytes)
        expect(id).not.toBe(sessionId)
        const second = await exportBytes(there, id, { format })
        expect(second.equals(first)).toBe(true)
      }),
      RUNS,
    )
  }, 60_000)
}

test('a bundle holds the turns that have ended, validates, and names nothing of where it came from', async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySession, async (spec) => {
      const { sessionId, turns } = await storeSession(place.as('here'), spec, pictures)
      const text = (await exportBytes(place.as('here'), sessionId, {})).toString()
      const bundle = Bundle.parse(JSON.parse(text))
      expect(bundle.turns.map(({ status }) => status)).toEqual(
        turns.map(({ status }) => status).filter((status) => hasEnded(status as 'queued')),
      )
      expect(text).not.toMatch(/(ses|trn|med)_[0-9a-z]{26}|hooks\.example|"here"/)
    }),
    RUNS,
  )
}, 60_000)

test('a branch moves like a whole session', async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySession, fc.nat(), async (spec, pick) => {
      const { sessionId, turns } = await storeSession(place.as('here'), spec, pictures)
      fc.pre(turns.length > 0)
      const leaf = turns[pick % turns.length]?.id ?? null
      const branch = await exportBytes(place.as('here'), sessionId, { leaf })
      const bundle = Bundle.parse(JSON.parse(branch.toString()))
      expect(bundle.turns.every(({ parent }, ordinal) => parent === (ordinal === 0 ? null : ordinal - 1))).toBe(true)
      const lastSucceeded = bundle.turns.findLastIndex(({ status }) => status === 'succeeded')
      expect(bundle.session.head).toBe(lastSucceeded === -1 ? null : lastSucceeded)
      const { id } = await importBytes(place.as('there'), 'json', branch)
      expect((await exportBytes(place.as('there'), id, {})).equals(branch)).toBe(true)
    }),
    RUNS,
  )
}, 60_000)
