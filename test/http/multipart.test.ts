import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../../src/domain/problem.ts'
import { formBoundary, readField, readForm } from '../../src/http/parse/multipart.ts'

const BOUNDARY = '----edge'
const bytesOf = (text: string) => new TextEncoder().encode(text)

interface Field {
  name: string
  filename?: string
  content: Uint8Array
}

/** A form as browsers write it. */
function encodeForm(fields: readonly Field[], boundary = BOUNDARY): Uint8Array {
  const pieces = fields.flatMap(({ name, filename, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: image/png`}\r\n\r\n`,
    content,
    '\r\n',
  ])
  return Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => (typeof piece === 'string' ? bytesOf(piece) : piece)))
}

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? bytes.length)
    yield bytes.slice(at, at + size)
    at += size
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, boundary = BOUNDARY): Promise<Field[]> {
  const fields: Field[] = []
  for await (const { name, filename, content } of readForm(body, boundary)) {
    const pieces: Uint8Array[] = []
    for await (const piece of content) pieces.push(piece)
    fields.push({ name, ...(filename === null ? {} : { filename }), content: new Uint8Array(Buffer.concat(pieces)) })
  }
  return fields
}

describe('a multipart body', () => {
  const nasty = fc.constantFrom('\r\n', '\r', '--', '-', '\r\n--', `\r\n--${BOUNDARY.slice(0, -1)}`, `--${BOUNDARY}`, 'x')
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(nasty, { maxLength: 8 })
      .map((pieces) => pieces.join(''))
      .filter((text) => !text.includes(`\r\n--${BOUNDARY}`))
      .map(bytesOf),
  )
  const field = fc.record({ name: fc.constantFrom('prompt', 'image', 'o p'), filename: fc.constant('a.png'), content })

  it('reads the same however the network cuts it', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 4 }), cuts, async (fields, sizes) => {
        expect(await readAll(inChunks(encodeForm(fields), sizes))).toEqual(
          fields.map((one) => ({ ...one, content: new Uint8Array(one.content) })),
        )
      }),
      { numRuns: 400 },
    )
  })

  it('reads the same cut in two at every byte', async () => {
    const fields = [
      { name: 'prompt', content: bytesOf('make it blue') },
      { name: 'image', filename: 'a.png', content: bytesOf('AB\r\n--C\r\n') },
    ]
    const body = encodeForm(fields)
    for (let cut = 1; cut < body.length; cut++) expect(await readAll(inChunks(body, [cut, body.length]))).toEqual(fields)
  })

  it('hands an image on while it arrives, holding one chunk at most', async () => {
    const CHUNK = 64 * 1024
    let sent = 0
    async function* upload() {
      yield encodeForm([{ name: 'image', filename: 'a.png', content: new Uint8Array(0) }]).subarray(
        0,
        -bytesOf(`\r\n--${BOUNDARY}--\r\n`).length,
      )
      for (let n = 0; n < 1000; n++) {
        sent += CHUNK
        yield new Uint8Array(CHUNK)
      }
      yield bytesOf(`\r\n--${BOUNDARY}--\r\n`)
    }
    let taken = 0
    let furthestAhead = 0
    for await (const { content: pieces } of readForm(upload(), BOUNDARY)) {
      for await (const piece of pieces) {
        furthestAhead = Math.max(furthestAhead, sent - taken)
        taken += piece.length
      }
    }
    expect(taken).toBe(1000 * CHUNK)
    expect(furthestAhead).toBeLessThanOrEqual(2 * CHUNK)
  })

  it('skips what the reader of a part left', async () => {
    const body = encodeForm([
      { name: 'image', filename: 'a', content: new Uint8Array(1000) },
      { name: 'prompt', content: bytesOf('hello') },
    ])
    const texts: string[] = []
    for await (const part of readForm(inChunks(body, [100]), BOUNDARY)) {
      if (part.name === 'image') {
        for await (const _ of part.content) break
      } else texts.push(await readField(part, 100))
    }
    expect(texts).toEqual(['hello'])
  })

  it('ignores what comes before the first boundary and after the last', async () => {
    const body = Buffer.concat([bytesOf('preamble\r\n'), encodeForm([{ name: 'prompt', content: bytesOf('x') }]), bytesOf('epilogue')])
    expect(await readAll(inChunks(body, [7]))).toEqual([{ name: 'prompt', content: bytesOf('x') }])
  })

  it.each([
    ['ends before its closing boundary', encodeForm([{ name: 'a', content: bytesOf('x') }]).subarray(0, -6)],
    ['ends inside a header', bytesOf(`--${BOUNDARY}\r\nContent-Disp`)],
    ['is empty', new Uint8Array(0)],
    ['is no form at all', bytesOf('{"parts":[]}')],
    ['has a part without a name', bytesOf(`--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n--${BOUNDARY}--\r\n`)],
    ['has endless headers', bytesOf(`--${BOUNDARY}\r\nX: ${'y'.repeat(20_000)}`)],
    ['has something behind a boundary', bytesOf(`--${BOUNDARY}x\r\n\r\n`)],
    ['has more parts than anyone needs', encodeForm(Array.from({ length: 65 }, () => ({ name: 'image', content: bytesOf('x') })))],
  ])('that %s is refused', async (_what, body) => {
    await expect(readAll(inChunks(body, [50]))).rejects.toThrow(RequestError)
  })

  it('lets go of the connection when the reader stops early', async () => {
    let released = false
    async function* upload() {
      try {
        for (;;) yield encodeForm([{ name: 'prompt', content: bytesOf('x') }]).subarray(0, 40)
      } finally {
        released = true
      }
    }
    await expect(readAll(upload())).rejects.toThrow(RequestError)
    expect(released).toBe(true)
  })
})

describe('a form field', () => {
  const fieldOf = async (content: Uint8Array, bytesMax: number) => {
    for await (const part of readForm(inChunks(encodeForm([{ name: 'prompt', content }]), [3]), BOUNDARY))
      return await readField(part, bytesMax)
    throw new Error('no part')
  }

  it('is UTF-8, wherever a character is cut', async () => {
    expect(await fieldOf(bytesOf('größer 🙂'), 100)).toBe('größer 🙂')
  })

  it('is named when it is too long or not UTF-8', async () => {
    await expect(fieldOf(bytesOf('123456'), 5)).rejects.toMatchObject({ problem: { errors: [{ path: 'prompt' }] } })
    await expect(fieldOf(Uint8Array.of(0xff), 5)).rejects.toMatchObject({ problem: { errors: [{ path: 'prompt' }] } })
  })
})

describe('the boundary of a form', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=utf-8; Boundary="a b"', 'a b'],
    ['application/json', null],
    [undefined, null],
  ])('of %j is %j', (type, boundary) => {
    expect(formBoundary(type)).toBe(boundary)
  })

  it('must be there', () => {
    expect(() => formBoundary('multipart/form-data')).toThrow(RequestError)
  })
})
