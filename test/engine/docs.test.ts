import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import { policyTables } from './policy-table.ts'

const text = readFileSync(new URL('../../docs/engine.md', import.meta.url), 'utf8')

describe('docs/engine.md', () => {
  it('lists every field of the policy with default, bounds and reason, and no other', () => {
    for (const table of policyTables()) expect(text).toContain(`\n${table}\n`)
    const listed = text.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length > 3)
    const drawn = policyTables().flatMap((table) => table.split('\n').filter((line) => line.startsWith('| `')))
    expect(listed).toEqual(drawn)
  })

  it('says of every failure what happens next', () => {
    const rows = text.split('\n').filter((line) => /^\| `[a-z_]+` \|/.test(line) && line.split(' | ').length === 3)
    expect(rows.map((line) => line.split('`')[1])).toEqual([...FAILURE_KINDS])
  })
})
