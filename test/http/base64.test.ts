import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Trouble, decodeBase64 } from '../../src/http/parse/base64.ts'

const decode = (text: string) => Buffer.concat([...decodeBase64(text)])

describe('base64 in JSON', () => {
  it('decodes what anyone encoded, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const padded = Buffer.from(bytes).toString('base64')
        expect([...decode(padded)]).toEqual([...bytes])
        expect([...decode(padded.replaceAll('=', ''))]).toEqual([...bytes])
      }),
    )
  })

  it('decodes a large image in small pieces, each exactly where the one before ended', () => {
    const bytes = Buffer.alloc(
      700_001,
      Uint8Array.from({ length: 251 }, (_, index) => index),
    )
    const pieces = [...decodeBase64(bytes.toString('base64'))]
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(192 * 1024)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  })

  it.each([
    ['QUJD!', 'character 4'],
    ['QU JD', 'character 2'],
    ['QU=D', 'character 2'],
    ['Ā///', 'character 0'],
    ['QU-_', 'character 2'],
  ])('refuses %j and says where', (text, where) => {
    expect(() => decode(text)).toThrow(where)
  })

  it.each([
    ['', /empty/],
    ['data:image/png;base64,QUJD', /data: URL/],
    ['QUJDR', /cut short/],
    ['QUJD', null],
    ['QUI=', null],
    ['QQ==', null],
  ])('%j is told from base64 at a glance', (text, trouble) => {
    if (trouble === null) expect(base64Trouble(text)).toBeNull()
    else expect(base64Trouble(text)).toMatch(trouble)
  })
})
