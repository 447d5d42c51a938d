import { expect, test } from 'vitest'
import type { Hole } from '../../src/domain/part.ts'
import { base64Characters, fillHoles, holeCharacters, splitAtHoles } from '../../src/domain/part-text.ts'

const image = (at: number, bytes = 3): Hole => ({ at, holds: 'image', sha256: 'i', bytes, alphabet: 'base64', padded: true })
const signature = (at: number, bytes = 4): Hole => ({ at, holds: 'signature', sha256: 's', bytes })

test('holes are filled between their quotes and nothing else changes', () => {
  const raw = '{ "inlineData": {"mimeType":"image\\/png","data":""}, "x":"", "thoughtSignature" : "" }'
  const holes = [image(raw.indexOf('data":""') + 7), signature(raw.lastIndexOf('""') + 1)]
  expect(fillHoles(raw, holes, (hole) => (hole.holds === 'image' ? 'AAAA' : 'SIG='))).toBe(
    '{ "inlineData": {"mimeType":"image\\/png","data":"AAAA"}, "x":"", "thoughtSignature" : "SIG=" }',
  )
})

test('a part without holes stays as it is', () => {
  expect([...splitAtHoles('{"text":"é\\u00e9"}', [])]).toEqual(['{"text":"é\\u00e9"}'])
})

test.each([
  ['beyond the end', [signature(99)]],
  ['not between two quotes', [signature(3)]],
  ['out of order', [signature(12), signature(6)]],
  ['twice the same', [signature(6), signature(6)]],
])('a hole that is %s is refused, never sent as something else', (_, holes) => {
  expect(() => fillHoles('{"a":"","b":""}', holes, () => 'x')).toThrow(RangeError)
})

test.each([0, 1, 2, 3, 4, 5, 1_000_000])('the length of %i bytes in base64 is what Buffer makes of them', (bytes) => {
  const buffer = Buffer.alloc(bytes)
  expect(base64Characters(bytes)).toBe(buffer.toString('base64').length)
  expect(base64Characters(bytes, false)).toBe(buffer.toString('base64url').length)
  expect(holeCharacters(image(1, bytes))).toBe(buffer.toString('base64').length)
  expect(holeCharacters(signature(1, bytes))).toBe(bytes)
})
