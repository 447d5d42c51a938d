import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ArbitraryAnswer, arbitraryAnswer, asEventStream, expectedParts } from './arbitrary-answers.ts'
import { evenCuts, type Reading, read } from './reading.ts'

const forms: readonly (readonly [string, (answer: ArbitraryAnswer) => string])[] = [
  ['an event stream', asEventStream],
  ['a JSON array', ({ documents }) => `[${documents.join('\n,\r\n')}]`],
  ['JSON documents one after another', ({ documents }) => documents.join('\n')],
]
const cuts = fc.array(fc.nat(3000), { maxLength: 12 }).map((offsets) => offsets.toSorted((a, b) => a - b))

function checkParts({ parts, replayed, error, imageOf, sink }: Reading, documents: readonly string[]): void {
  expect(error).toBeNull()
  const seen = parts.map((part, index) => ({
    json: JSON.parse(replayed[index] ?? ''),
    text: part.text,
    thought: part.thought,
    signed: part.signed,
    image: imageOf(part) ?? null,
  }))
  expect(seen).toEqual(documents.flatMap(expectedParts))
  expect(sink.closed).toBe(sink.opened)
}

describe('what is scanned in equals what JSON.parse sees', () => {
  it.each(forms)('in %s, cut anywhere', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(arbitraryAnswer(true), cuts, async (answer, offsets) => {
        checkParts(await read(write(answer), offsets), answer.documents)
      }),
      { numRuns: 150 },
    )
  })

  it.each(forms)('in %s, byte by byte', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(arbitraryAnswer(true), async (answer) => {
        const body = write(answer)
        checkParts(await read(body, evenCuts(Buffer.byteLength(body), 1)), answer.documents)
      }),
      { numRuns: 40 },
    )
  })

  it('in a document cut in two at every byte', async () => {
    const [answer] = fc.sample(
      arbitraryAnswer(true).filter(({ documents }) => documents.flatMap(expectedParts).filter(({ image }) => image).length > 1),
      { numRuns: 1, seed: 7 },
    )
    if (answer === undefined) throw new Error('no answer was generated')
    const body = asEventStream(answer)
    for (const cut of evenCuts(Buffer.byteLength(body), 1)) checkParts(await read(body, [cut]), answer.documents)
  })

  it('and goes back byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryAnswer(false), cuts, async (answer, offsets) => {
        const body = answer.documents.join('\n')
        let from = 0
        for (const part of (await read(body, offsets)).replayed) {
          const at = body.indexOf(part, from)
          expect(at).toBeGreaterThanOrEqual(from)
          from = at + part.length
        }
      }),
      { numRuns: 150 },
    )
  })

  it('refuses or completes, but never hangs on, a body cut short anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryAnswer(true), fc.nat(), async (answer, at) => {
        const body = Buffer.from(`[${answer.documents.join(',')}]`)
        const { error, sink } = await read(body.subarray(0, at % body.length))
        expect(error).toMatchObject({ name: 'UnreadableAnswer' })
        expect(sink.closed).toBe(sink.opened)
      }),
      { numRuns: 150 },
    )
  })
})
