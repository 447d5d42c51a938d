import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBase64Sink } from '../../src/simulator/wire/base64-sink.ts'
import { createJsonSkimmer, type SkimmedJson } from '../../src/simulator/wire/skim-json.ts'

function skim(text: string, cuts: number[] = [], options = { keep: true, skim: false }): SkimmedJson {
  const bytes = Buffer.from(text)
  const skimmer = createJsonSkimmer(options)
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b)
  for (const [index, place] of places.entries()) skimmer.write(bytes.subarray(places[index - 1] ?? 0, place))
  return skimmer.end()
}

describe('a request is read as it arrives', () => {
  test('wherever the network cuts it: the same document, the same bytes', () => {
    const part = fc.record({
      text: fc.string({ unit: 'binary' }),
      thoughtSignature: fc.uint8Array({ maxLength: 40 }),
      data: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), fc.constantFrom(0, 2), (parts, cuts, indent) => {
        const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
        const document = parts.map(({ text, thoughtSignature, data }) => ({
          text,
          thoughtSignature: encode(thoughtSignature),
          inlineData: { data: encode(data) },
        }))
        const { text, values } = skim(JSON.stringify(document, null, indent), cuts)
        const expected = parts.map(({ text }, index) => ({
          text,
          thoughtSignature: `bytes:${index * 2}`,
          inlineData: { data: `bytes:${index * 2 + 1}` },
        }))
        expect(JSON.parse(text)).toEqual(expected)
        const all = parts.flatMap(({ thoughtSignature, data }) => [thoughtSignature, data])
        expect(values.map(({ sha256 }) => sha256)).toEqual(all.map((bytes) => createHash('sha256').update(bytes).digest('hex')))
        expect(values.every(({ wellFormed }) => wellFormed)).toBe(true)
      }),
    )
  })

  test('pictures are kept where they are wanted, signatures never', () => {
    const { values } = skim('{"data":"aGVsbG8=","thoughtSignature":"aGVsbG8="}')
    expect(values.map(({ bytes }) => bytes?.toString())).toEqual(['hello', undefined])
    expect(skim('{"data":"aGVsbG8="}', [], { keep: false, skim: false }).values[0]).not.toHaveProperty('bytes')
  })

  test('a text that looks like a field of bytes stays a text', () => {
    const text = JSON.stringify({ text: '"data": "aGVsbG8="', data: 'aGVsbG8=' })
    expect(JSON.parse(skim(text).text)).toEqual({ text: '"data": "aGVsbG8="', data: 'bytes:0' })
  })
})

describe('base64', () => {
  const read = (encoded: string, cut = 0, skimming = false) => {
    const sink = createBase64Sink({ keep: true, skim: skimming })
    sink.write(Buffer.from(encoded.slice(0, cut)))
    sink.write(Buffer.from(encoded.slice(cut)))
    return sink.end()
  }

  test.each([
    ['the standard alphabet', '+/+/aGk='],
    ['the other one', '-_-_aGk'],
    ['escapes of Gson and PHP', '+\\/\\u002b\\/aGk\\u003d'],
  ])('is read in %s, wherever it is cut', (_, encoded) => {
    for (let cut = 0; cut <= encoded.length; cut += 1) {
      expect(read(encoded, cut)).toMatchObject({ wellFormed: true, bytes: Buffer.from('+/+/aGk=', 'base64') })
    }
  })

  test.each(['a', 'abc!', '====', 'ab=cdefg', 'a b c d e'])('is not what this is: %s', (encoded) => {
    expect(read(encoded).wellFormed).toBe(false)
  })

  test('is counted exactly when it is only skimmed', () => {
    for (const length of [0, 1, 2, 3, 5_000, 5_001]) {
      const bytes = randomBytes(length)
      const skimmed = read(bytes.toString('base64'), 7, true)
      expect(skimmed.byteLength).toBe(length)
      expect(skimmed.head).toEqual(bytes.subarray(0, skimmed.head.length))
      expect(skimmed.head.length).toBeGreaterThanOrEqual(Math.min(length, 4_000))
    }
  })
})
