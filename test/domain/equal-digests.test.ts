import { expect, it } from 'vitest'
import { equalDigests } from '../../src/domain/equal-digests.ts'

const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** The digest, and how many of its characters were read. */
function counted(text: string) {
  const reads = { count: 0 }
  const charCodeAt = (at: number) => {
    reads.count++
    return text.charCodeAt(at)
  }
  return { reads, digits: { length: text.length, charCodeAt } }
}

it('digests are equal only to themselves', () => {
  expect(equalDigests(DIGEST, DIGEST)).toBe(true)
  for (const [at, digit] of [...DIGEST].entries()) {
    const other = DIGEST.slice(0, at) + (digit === '0' ? '1' : '0') + DIGEST.slice(at + 1)
    expect(equalDigests(DIGEST, other)).toBe(false)
  }
  expect([equalDigests(DIGEST, DIGEST.slice(1)), equalDigests(DIGEST.slice(0, -1), DIGEST), equalDigests('', DIGEST)]).toEqual(
    Array(3).fill(false),
  )
})

it('digests are read to their ends, wherever they differ', () => {
  for (const other of [DIGEST, `f${DIGEST.slice(1)}`, `${DIGEST.slice(0, -1)}6`]) {
    const [known, asked] = [counted(DIGEST), counted(other)]
    equalDigests(known.digits, asked.digits)
    expect([known.reads.count, asked.reads.count]).toEqual([DIGEST.length, DIGEST.length])
  }
})
