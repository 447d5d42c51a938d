import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replayedParts } from '../../src/domain/history/branch-turn.ts'
import type { HistorySettings } from '../../src/domain/session.ts'
import { anyBranch, anyInput, charactersOf, entryOf, FLASH, OLD, PRO, picturesOf, plan, serialise } from './history-branches.ts'

const anyTarget = fc.constantFrom(PRO, FLASH, OLD)
const anySettings: fc.Arbitrary<HistorySettings> = fc.oneof(
  fc.constant<HistorySettings>({ mode: 'full' }),
  fc.record({ mode: fc.constant('window' as const), images: fc.integer({ min: 1, max: 5 }) }),
)
const anyLimits = fc.record({
  requestBytesMax: fc.integer({ min: 4_000, max: 20_000 }),
  historyImagesMax: fc.integer({ min: 0, max: 10 }),
  contextTokens: fc.integer({ min: 100, max: 8_000 }),
})
const anyPlan = fc
  .record({
    branch: anyBranch,
    input: anyInput,
    by: anyTarget,
    settings: anySettings,
    limits: anyLimits,
    repack: fc.boolean(),
    shrink: fc.boolean(),
  })
  .map(({ branch, ...changes }) => ({ branch, changes, planned: plan(branch, changes) }))

const UNTIL = { numRuns: 600 }

describe('whatever the branch, the model and its limits', () => {
  test('no thought is ever replayed', () => {
    fc.assert(
      fc.property(anyPlan, ({ branch, planned }) => {
        const thoughts = new Set(branch.flatMap((turn) => turn.output.filter((part) => part.thought).map((part) => part.raw)))
        const own = new Set(branch.flatMap((turn) => replayedParts(turn).map((part) => part.raw)))
        for (const { parts } of planned.contents)
          for (const part of parts) if (part.kind === 'raw') expect(thoughts.has(part.raw) && !own.has(part.raw)).toBe(false)
      }),
      UNTIL,
    )
  })

  test('a model turn is one whole answer, byte for byte, and nothing a model did not say', () => {
    fc.assert(
      fc.property(anyPlan, ({ branch, planned }) => {
        const answers = branch.map((turn) => replayedParts(turn).map(({ raw, holes }) => ({ kind: 'raw', raw, holes })))
        for (const { role, parts } of planned.contents) if (role === 'model') expect(answers).toContainEqual(parts)
      }),
      UNTIL,
    )
  })

  test('a model that signs is given no picture of a model turn without its signature', () => {
    fc.assert(
      fc.property(anyPlan, ({ planned, changes }) => {
        fc.pre(entryOf(changes.by).signs)
        const raws = planned.contents.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'raw' ? [part] : [])))
        for (const { holes } of raws)
          if (holes.some((hole) => hole.holds === 'image')) expect(holes.some((hole) => hole.holds === 'signature')).toBe(true)
      }),
      UNTIL,
    )
  })

  test('a raw part is never in a user turn, and user turns never follow one another', () => {
    fc.assert(
      fc.property(anyPlan, ({ planned }) => {
        const roles = planned.contents.map(({ role }) => role)
        expect(roles.some((role, at) => role === 'user' && roles[at + 1] === 'user')).toBe(false)
        expect(roles.at(-1)).toBe('user')
        for (const { role, parts } of planned.contents) if (role === 'user') expect(parts.every((part) => part.kind !== 'raw')).toBe(true)
        for (const { parts } of planned.contents) expect(parts.length).toBeGreaterThan(0)
      }),
      UNTIL,
    )
  })

  test('pictures keep their order, the picture being edited and the new input are always there', () => {
    fc.assert(
      fc.property(anyPlan, ({ branch, planned, changes }) => {
        const all = branch.flatMap((turn) => [
          ...turn.input.flatMap((part) => (part.type === 'image' ? [part.sha256] : [])),
          ...replayedParts(turn).flatMap((part) => (part.image ? [part.image.sha256] : [])),
        ])
        const given = changes.input.flatMap((part) => (part.type === 'image' ? [part.sha256] : []))
        const sent = picturesOf(planned.contents)
        expect(isSubsequence(sent, [...all, ...given])).toBe(true)
        expect(sent.slice(sent.length - given.length)).toEqual(given)
        const edited = branch.flatMap(replayedParts).findLast((part) => part.image)?.image
        const reached = changes.settings.mode === 'full'
        if (edited && reached) expect(sent).toContain(edited.sha256)
      }),
      UNTIL,
    )
  })

  test('the plan keeps to its limits or says that it cannot', () => {
    fc.assert(
      fc.property(anyPlan, ({ planned, changes: { limits, input } }) => {
        const within = planned.size.bytes <= limits.requestBytesMax && planned.size.tokens <= limits.contextTokens
        if (planned.fits) expect(within).toBe(true)
        // It says so only when nothing but the picture being edited and the new input is left.
        else expect(planned.size.images - input.filter((part) => part.type === 'image').length).toBeLessThanOrEqual(1)
      }),
      UNTIL,
    )
  })

  test('exact means that nothing was changed, and nothing is left out silently', () => {
    fc.assert(
      fc.property(anyPlan, ({ branch, planned }) => {
        const { images, turns } = planned.leftOut
        expect(planned.fidelity === 'windowed').toBe(images + turns > 0)
        if (planned.fidelity !== 'exact') return
        const answers = branch.map(replayedParts).filter((answer) => answer.length > 0)
        expect(planned.contents.filter(({ role }) => role === 'model').map(({ parts }) => parts)).toEqual(
          answers.map((answer) => answer.map(({ raw, holes }) => ({ kind: 'raw', raw, holes }))),
        )
      }),
      UNTIL,
    )
  })

  test('the bytes planned are the bytes a plain serialiser writes', () => {
    fc.assert(
      fc.property(anyPlan, ({ planned }) => {
        expect(planned.size.bytes).toBe(Buffer.byteLength(serialise(planned.contents)))
        expect(planned.size.images).toBe(picturesOf(planned.contents).length)
        const signatures = planned.contents.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'raw' ? part.holes : [])))
        const characters = signatures.filter((hole) => hole.holds === 'signature').map((hole) => charactersOf(hole).length)
        expect(planned.size.signatureBytes).toBe(characters.reduce((sum, length) => sum + length, 0))
      }),
      UNTIL,
    )
  })

  test('the same branch is planned the same way twice', () => {
    fc.assert(
      fc.property(anyPlan, ({ branch, planned, changes }) => {
        expect(plan(branch, changes)).toEqual(planned)
      }),
      { numRuns: 100 },
    )
  })
})

test('the generator makes what the properties are about', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(anyPlan, ({ planned }) => {
      seen.add(planned.fidelity).add(planned.fits ? 'fits' : 'too much')
      if (planned.contents.some(({ role }) => role === 'model')) seen.add(`${planned.fidelity} with a model turn`)
    }),
    { numRuns: 2_000, seed: 7 },
  )
  expect([...seen].sort()).toEqual(
    [
      'exact',
      'exact with a model turn',
      'fits',
      'repacked',
      'repacked with a model turn',
      'too much',
      'windowed',
      'windowed with a model turn',
    ].sort(),
  )
})

function isSubsequence(short: readonly string[], long: readonly string[]): boolean {
  let at = 0
  for (const item of long) if (short[at] === item) at += 1
  return at === short.length
}
