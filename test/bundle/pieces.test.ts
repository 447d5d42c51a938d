import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { Base64Decoder, encodeBase64 } from '../../src/domain/bundle/base64.ts'
import { BundleScanner } from '../../src/domain/bundle/bundle-scanner.ts'
import { AsciiUnescaper, escapeAscii } from '../../src/domain/bundle/json-text.ts'
import { checksums } from '../../src/media/checksums.ts'
import { readAhead } from '../../src/services/bundle/read-ahead.ts'
import type { ByteReader } from '../../src/services/bundle/zip/byte-reader.ts'
import { readDirectory } from '../../src/services/bundle/zip/read-directory.ts'
import { writeZip } from '../../src/services/bundle/zip/write-zip.ts'

const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 })
const joined = (parts: Iterable<Uint8Array>) => Buffer.concat([...parts])

async function* stream(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts
}

async function all(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const gathered: Uint8Array[] = []
  for await (const part of parts) gathered.push(part)
  return joined(gathered)
}

test('base64 in pieces is what Buffer makes of the whole, in both alphabets', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (parts) => {
      const whole = joined(parts)
      expect((await all(encodeBase64(stream(parts)))).toString()).toBe(whole.toString('base64'))
      expect((await all(encodeBase64(stream(parts), 'base64url', false))).toString()).toBe(whole.toString('base64url'))
    }),
  )
})

test('base64 is decoded whatever the pieces it comes in, and nothing else is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
      const text = Buffer.from(bytes).toString('base64')
      expect(joined(decoded(text, size)).equals(bytes)).toBe(true)
    }),
  )
  for (const bad of ['QUJ', 'QQ==QUJD', 'QUJD*UJD', 'Q===', '====', 'QU=D', 'QUJ\u00e9'])
    expect(() => [...decoded(bad, 3)], bad).toThrow(RangeError)
})

function* decoded(text: string, size: number): Generator<Uint8Array> {
  const decoder = new Base64Decoder()
  for (let at = 0; at < text.length; at += size) yield decoder.push(Buffer.from(text.slice(at, at + size), 'latin1'))
  decoder.finish()
}

test('printable ASCII goes through a JSON string and back, escapes of any JSON writer included', () => {
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  fc.assert(
    fc.property(printable, fc.integer({ min: 1, max: 5 }), (text, size) => {
      const escaped = Buffer.from(escapeAscii(Buffer.from(text))).toString()
      expect(JSON.parse(`"${escaped}"`)).toBe(text)
      const wordy = text.replaceAll(/[\\"/=]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
      for (const written of [escaped, wordy]) expect(joined(unescaped(written, size)).toString()).toBe(text)
    }),
  )
  for (const bad of ['\\n', '\\u0009', '\\u00e9', 'a\\', '\\u00', '\x07', 'é', '\\x41'])
    expect(() => [...unescaped(bad, 2)], bad).toThrow(RangeError)
})

function* unescaped(text: string, size: number): Generator<Uint8Array> {
  const unescaper = new AsciiUnescaper()
  for (let at = 0; at < text.length; at += size) yield unescaper.push(Buffer.from(text.slice(at, at + size)))
  unescaper.finish()
}

test('the scanner keeps any JSON as it is, and sets aside only what is large and in its place', () => {
  const item = fc.record({ sha256: fc.string(), data: fc.base64String({ minLength: 1 }), deeper: fc.jsonValue() })
  const like = fc.record({ media: fc.array(item), signatures: fc.constant([{ data: 'stays' }]), data: fc.string(), rest: fc.jsonValue() })
  fc.assert(
    fc.property(like, fc.integer({ min: 1, max: 50 }), fc.constantFrom(undefined, 2), (value, size, indent) => {
      const scanner = new BundleScanner()
      const text = Buffer.from(JSON.stringify(value, null, indent))
      let [values, characters] = [0, '']
      for (let at = 0; at < text.length; at += size) {
        for (const event of scanner.scan(text.subarray(at, at + size))) {
          if (event.kind === 'begin') expect(event.value).toEqual({ list: 'media', index: values++ })
          if (event.kind === 'characters') characters += Buffer.from(event.bytes).toString()
        }
      }
      expect(scanner.finish()).toEqual(JSON.parse(JSON.stringify({ ...value, media: value.media.map((one) => ({ ...one, data: '' })) })))
      expect(characters).toBe(value.media.map(({ data }) => data).join(''))
    }),
  )
})

test('zips are read by another hand, also those of more files than the old format counts', async () => {
  async function* files(count: number) {
    for (let n = 0; n < count; n++) yield { name: `media/${n}.txt`, bytes: stream([Buffer.from(`number `), Buffer.from(String(n))]) }
  }
  for (const count of [0, 1, 3, 65_600]) {
    const read = unzipSync(await all(writeZip(files(count), checksums)))
    expect(Object.keys(read)).toHaveLength(count)
    if (count > 0) expect(Buffer.from(read[`media/${count - 1}.txt`] ?? []).toString()).toBe(`number ${count - 1}`)
  }
})

test('a zip beyond 4 GiB is read by its directory', async () => {
  const body = new Uint8Array(2 ** 20)
  async function* large() {
    for (let n = 0; n < 2_050; n++) yield body
  }
  async function* files() {
    yield { name: 'a', bytes: large() }
    yield { name: 'b', bytes: large() }
    yield { name: 'last', bytes: stream([Buffer.from('here')]) }
  }
  const archive = await heldLoosely(writeZip(files(), { ...checksums, crc32: () => 7 }))
  expect(archive.size).toBeGreaterThan(2 ** 32)
  const last = (await readDirectory(archive)).get('last')
  expect(last).toMatchObject({ bytes: 4, crc: 7, method: 'stored' })
  expect(last?.offset).toBeGreaterThan(2 ** 32)
})

/** Bytes by reference, so that gigabytes of the same piece take no room. */
async function heldLoosely(parts: AsyncIterable<Uint8Array>): Promise<ByteReader> {
  const held: { at: number; part: Uint8Array }[] = []
  let size = 0
  for await (const part of parts) {
    held.push({ at: size, part })
    size += part.length
  }
  const read = async (from: number, length: number) => {
    const touched = held.filter(({ at, part }) => at < from + length && at + part.length > from)
    const bytes = joined(touched.map(({ at, part }) => part.subarray(Math.max(0, from - at), from + length - at)))
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
  return { size, read, stream: () => stream([]) }
}

test('the same files make the same zip', async () => {
  const once = () => all(writeZip(one(), checksums))
  async function* one() {
    yield { name: 'a', bytes: stream([Buffer.from('b')]) }
  }
  expect((await once()).equals(await once())).toBe(true)
})

test('the next piece is made while the last is taken, and never more than one', async () => {
  const log: string[] = []
  async function* made() {
    try {
      for (const n of [1, 2, 3]) {
        log.push(`make ${n}`)
        yield n
      }
    } finally {
      log.push('end')
    }
  }
  for await (const n of await readAhead(made())) {
    log.push(`take ${n}`)
    if (n === 2) break
  }
  expect(log).toEqual(['make 1', 'make 2', 'take 1', 'make 3', 'take 2', 'end'])
})
