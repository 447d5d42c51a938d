/** Pictures that Gemini models made, taken from recorded answers (wire-facts §1.3): a JPEG with content credentials, and a PNG. */
import { existsSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { memorySource } from '../../src/media/byte-source.ts'
import { inspectImage } from '../../src/media/inspect-image.ts'
import { isStrippable, stripMetadata, strippedBytes } from '../../src/media/strip-metadata.ts'

const RECORDINGS = '../shared/recordings/pydantic-ai'

test.for([
  { name: 'test_google_image_generation_with_text.yaml', hasCredentials: true },
  { name: 'test_google_image_or_text_output.yaml', hasCredentials: false },
])('the picture in $name is read, and stripped without a change to its pixels', async ({ name, hasCredentials }, { skip }) => {
  const path = `${RECORDINGS}/${name}`
  if (!existsSync(path)) return skip('the recordings are not beside the project')
  const data = /\bdata: ([A-Za-z0-9+/]{1000,}={0,2})/.exec(readFileSync(path, 'utf8'))?.[1] ?? ''
  const file = Buffer.from(data, 'base64')
  const source = memorySource(file)
  const { width, height, format } = await sharp(file).metadata()
  const found = await inspectImage(source)
  expect(found).toEqual({ ok: true, image: { mimeType: `image/${format}`, width, height, orientation: 1 } })
  if (!found.ok || !isStrippable(found.image.mimeType)) return
  const pieces: Uint8Array[] = []
  for await (const piece of strippedBytes(source, await stripMetadata(source, found.image.mimeType))) pieces.push(piece)
  const stripped = Buffer.concat(pieces)
  expect(file.includes('c2pa')).toBe(hasCredentials)
  expect(stripped.includes('c2pa')).toBe(false)
  expect((await sharp(stripped).raw().toBuffer()).equals(await sharp(file).raw().toBuffer())).toBe(true)
})
