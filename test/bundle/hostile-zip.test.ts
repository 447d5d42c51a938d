import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import type { Bundle } from '../../src/domain/bundle/bundle.ts'
import { RequestError } from '../../src/domain/problem.ts'
import { checksums } from '../../src/media/checksums.ts'
import { writeZip } from '../../src/services/bundle/zip/write-zip.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { sha256 } from './arbitrary-session.ts'
import { asZip, changed, type Files, filesOf, manifestOf, sampleBundle, storeSample } from './sample-bundle.ts'
import { type Picture, storePictures } from './store-session.ts'
import { exportBytes, importBytes, openPlace, type Place, refusalOf } from './two-tenants.ts'

let place: Place
let here: ServiceContext
let there: ServiceContext
let pictures: Picture[]
let good: Bundle
let files: Files
beforeAll(async () => {
  place = await openPlace()
  here = place.as('here')
  there = place.as('there')
  pictures = await storePictures(here)
  good = await sampleBundle(here, pictures)
  files = filesOf(good)
})

const imageName = () => Object.keys(files).find((name) => name.startsWith('media/')) ?? ''
const MEBIBYTE = 1024 * 1024

const SPOILED: readonly (readonly [
  what: string,
  spoil: () => Buffer | Promise<Buffer>,
  where: string | (() => string) | null,
  message: RegExp,
])[] = [
  ['a path that climbs', () => asZip({ ...files, '../../etc/passwd': Buffer.from('x') }), '../../etc/passwd', /no place in a bundle/],
  ['an absolute path', () => asZip({ ...files, '/etc/passwd': Buffer.from('x') }), '/etc/passwd', /no place in a bundle/],
  ['a folder from elsewhere', () => asZip({ ...files, '../': new Uint8Array() }), '../', /no place in a bundle/],
  ['a file more', () => asZip({ ...files, 'media/notes.txt': Buffer.from('x') }), 'media/notes.txt', /no place in a bundle/],
  ['a file beside the manifest', () => asZip({ ...files, 'x.txt': Buffer.from('x') }, manifestOf(files)), 'x.txt', /not in its manifest/],
  ['a file that is missing', () => asZip(files, manifestOf({ ...files, 'x.txt': Buffer.from('x') })), 'x.txt', /missing/],
  ['no manifest', () => Buffer.from(zipSync(files)), 'manifest.json', /missing/],
  ['no bundle', () => asZip(without('bundle.json')), 'bundle.json', /missing/],
  ['an image that is missing', () => asZip(without(imageName())), '', /neither in the bundle nor here/],
  ['a signature that is missing', () => asZip(without('signatures/')), 'signatures.0.characters', /missing/],
  ['a manifest that is no JSON', () => Buffer.from(zipSync({ ...files, 'manifest.json': Buffer.from('{') })), 'manifest.json', /not JSON/],
  ['a manifest of something else', () => asZip(files, { files: [] }), 'manifest.json.format', /./],
  [
    'a bundle that is not the manifest’s',
    () => asZip(with_('bundle.json', filesOf(changed(good, 'session.title', 'A hut by the lake'))['bundle.json']), manifestOf(files)),
    'bundle.json',
    /bytes that the manifest says/,
  ],
  [
    'a bundle of the same size that is not the manifest’s',
    () => asZip(with_('bundle.json', filesOf(changed(good, 'session.title', 'A HOUSE by the sea'))['bundle.json']), manifestOf(files)),
    'bundle.json',
    /SHA-256 is another/,
  ],
  ['an image under another’s name', () => asZip(with_(imageName(), Buffer.from('not the image'))), () => 'media.0.sha256', /own digest/],
  [
    'an image larger than any',
    () => asZip(with_(imageName(), Buffer.alloc(51 * MEBIBYTE, Buffer.from('not all the same 0123456789 abc')))),
    imageName,
    /at most/,
  ],
  [
    'an image that unpacks to a thousand times its size',
    () => asZip(with_(imageName(), Buffer.alloc(40 * MEBIBYTE))),
    imageName,
    /far more/,
  ],
  [
    'a bundle that unpacks to a thousand times its size',
    () => asZip(with_('bundle.json', Buffer.alloc(40 * MEBIBYTE, ' '))),
    'bundle.json',
    /far more/,
  ],
  ['a bundle larger than any', () => packed([['bundle.json', Buffer.alloc(49 * MEBIBYTE, ' ')]]), 'bundle.json', /at most/],
  [
    'a file twice',
    () => packed([...Object.entries(files), ['bundle.json', files['bundle.json'] ?? Buffer.alloc(0)]]),
    'bundle.json',
    /twice/,
  ],
  ['an encrypted file', () => patched(asZip(files), CENTRAL, 8, 0x0001), 'bundle.json', /encrypted/],
  ['an unknown compression', () => patched(asZip(files), CENTRAL, 10, 99), 'bundle.json', /compressed/],
  ['a local header of another kind', () => patched(asZip(files), LOCAL, 8, 0), 'bundle.json', /another in the zip/],
  ['two files in the same place', () => overlapping(asZip(files)), null, /overlaps/],
  ['fewer bytes than declared', () => patched(asZip(files), CENTRAL, 24, 0x10, 4), 'bundle.json', /bytes/],
  ['a wrong checksum', () => patched(asZip(files), CENTRAL, 16, 0x1234, 4), 'bundle.json', /CRC-32/],
  ['more entries than there are', () => patched(asZip(files), END, 10, 9, 2, 8), '', /cannot be read/],
  ['an archive in several parts', () => patched(asZip(files), END, 4, 1), '', /several parts/],
  ['something in front', () => Buffer.concat([Buffer.from('#!/bin/sh\n'), asZip(files)]), '', /cannot be read/],
  ['something behind', () => Buffer.concat([asZip(files), Buffer.from('more')]), '', /cannot be read/],
  ['no zip at all', () => Buffer.from('<!doctype html><title>not found</title>'), '', /cut short/],
  ['nothing', () => Buffer.alloc(0), '', /cut short/],
]

for (const [what, spoil, where, message] of SPOILED) {
  test(`${what} is refused whole, and the place told`, async () => {
    const before = await state()
    const refusal = await refusalOf(importBytes(there, 'zip', await spoil()))
    expect(refusal.problem.detail).toMatch(message)
    const path = typeof where === 'function' ? where() : where
    if (path !== null) expect(refusal.problem.errors?.[0]?.path ?? '').toBe(path)
    expect(await state()).toEqual(before)
  })
}

test('the same files unspoiled are taken, however another program packs them', async () => {
  const folders = { 'media/': new Uint8Array(), 'signatures/': new Uint8Array() }
  const zip = Buffer.from(zipSync({ ...folders, ...files, 'manifest.json': Buffer.from(JSON.stringify(manifestOf(files))) }, { level: 9 }))
  const { id } = await importBytes(there, 'zip', zip, 100)
  expect(JSON.parse((await exportBytes(there, id, {})).toString())).toEqual(good)
})

test('an archive cut anywhere is refused', async () => {
  const zip = await exportBytes(here, await storeSample(here, pictures), { format: 'zip' })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: zip.length - 1 }), async (length) => {
      await refusalOf(importBytes(there, 'zip', zip.subarray(0, length)))
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('an archive with a byte changed anywhere is refused, or means the same', async () => {
  const zip = await exportBytes(here, await storeSample(here, pictures), { format: 'zip' })
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const spoiled = Buffer.from(zip)
      spoiled[at] = (spoiled[at] ?? 0) ^ change
      const outcome = await importBytes(there, 'zip', spoiled).catch((error: unknown) => error)
      if (outcome instanceof RequestError) return
      if (outcome instanceof Error) throw outcome
      const again = await exportBytes(there, (outcome as { id: string }).id, { format: 'zip' })
      expect(again.equals(zip)).toBe(true)
    }),
    { numRuns: 120 },
  )
}, 60_000)

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50]

/** The first record of a kind with another value at `at`, and perhaps at `alsoAt`. */
function patched(zip: Buffer, signature: number, at: number, value: number, bytes = 2, alsoAt = at): Buffer {
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE(signature)
  const start = zip.indexOf(mark)
  for (const place of [at, alsoAt]) zip.writeUIntLE(value, start + place, bytes)
  return zip
}

/** The second file of the directory begins where the first does. */
function overlapping(zip: Buffer): Buffer {
  const mark = Buffer.from('PK\x01\x02', 'latin1')
  const first = zip.indexOf(mark)
  zip.writeUInt32LE(zip.readUInt32LE(first + 42), zip.indexOf(mark, first + 4) + 42)
  return zip
}

async function packed(entries: readonly (readonly [string, Uint8Array])[]): Promise<Buffer> {
  const manifest = ['manifest.json', Buffer.from(JSON.stringify(manifestOf(Object.fromEntries(entries))))] as const
  const all = [...entries, manifest].map(([name, bytes]) => ({ name, bytes: once(bytes) }))
  const pieces: Uint8Array[] = []
  for await (const piece of writeZip(once(...all), checksums)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* once<Item>(...items: Item[]): AsyncGenerator<Item> {
  yield* items
}

function without(start: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(start)))
}

function with_(name: string, bytes: Uint8Array | undefined): Files {
  return { ...files, [name]: bytes ?? new Uint8Array() }
}

/** Rows, and blobs but for content that is good: no upload stays behind. */
async function state(): Promise<unknown> {
  const [row] = await there.db.execute(sql`select (select count(*) from sessions) as sessions, (select count(*) from turns) as turns,
    (select count(*) from media) as media, (select count(*) from blobs) as blobs`)
  const known = new Set([...good.media.map((image) => image.sha256), sha256('not the image')])
  return { row, blobs: (await place.blobs()).filter((name) => !known.has(name)) }
}
