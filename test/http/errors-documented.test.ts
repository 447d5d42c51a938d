import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { REQUEST_ERRORS, TURN_ERRORS } from '../../src/domain/problem.ts'
import { ROUTES } from '../../src/http/create-app.ts'

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const sections = page.split(/^### /m).slice(1)
const titled = new Map(sections.map((section) => [/^`(\w+)`$/m.exec(section.split('\n')[0] ?? '')?.[1], section]))

describe('docs/errors.md', () => {
  it('has one section for each code, and none for a code there is not', () => {
    const codes = new Set([...Object.keys(REQUEST_ERRORS), ...Object.keys(TURN_ERRORS)])
    expect([...titled.keys()].sort()).toEqual([...codes].sort())
    expect(sections).toHaveLength(codes.size)
  })

  it.each(Object.entries(REQUEST_ERRORS))('gives the status of %s, and what to do', (code, { status }) => {
    const text = titled.get(code) ?? ''
    expect(text).toMatch(new RegExp(`^${status}\\. `, 'm'))
    expect(text).toMatch(/\*[A-Z][^*]+\*/)
  })

  it.each(Object.keys(TURN_ERRORS).filter((code) => !(code in REQUEST_ERRORS) && code !== 'canceled'))(
    'says what to do about %s',
    (code) => {
      expect(titled.get(code)).toMatch(/\*[A-Z][^*]+\*/)
    },
  )
})

describe('the operations', () => {
  it('between them name every code of a request that something answers with', () => {
    const named = new Set(ROUTES.flatMap((route) => route.errors))
    const everywhere = ['unauthorized', 'forbidden', 'not_found', 'too_many_requests', 'internal', 'unavailable', 'method_not_allowed']
    expect([...named, ...everywhere].sort()).toEqual(expect.arrayContaining(Object.keys(REQUEST_ERRORS).sort()))
  })
})
