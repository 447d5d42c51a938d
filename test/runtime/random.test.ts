import { expect, test } from 'vitest'
import { systemRandom } from '../../src/runtime/random.ts'

test('gives as many bytes as asked for, also more than WebCrypto gives at once', () => {
  const bytes = systemRandom.bytes(200_000)
  expect(bytes).toHaveLength(200_000)
  // A stretch left unfilled would be zeros; 64 random zeros in a row do not happen.
  for (const at of [0, 65_536, 131_072, 199_936]) expect(bytes.subarray(at, at + 64).some((byte) => byte !== 0)).toBe(true)
})

test('never gives the same bytes twice', () => {
  expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16))
})

test('no bytes are no error', () => {
  expect(systemRandom.bytes(0)).toHaveLength(0)
})
