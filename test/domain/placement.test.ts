import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RequestContent } from '../../src/domain/model-call.ts'
import type { ImageBlob } from '../../src/domain/part.ts'
import { base64Characters } from '../../src/domain/part-text.ts'
import {
  handleGoodUntilMs,
  INLINE_IMAGE_BYTES_MAX,
  type Placement,
  type PlacementQuestion,
  placeImages,
  planPlacement,
} from '../../src/domain/placement.ts'

const NOW_MS = Date.parse('2026-11-20T12:00:00Z')
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const MB = 1024 * 1024

const GEMINI = { files: true, inlineBytesMax: 20 * MB }
const RELAY = { files: false, inlineBytesMax: 20 * MB }

function image(name: string, bytes: number): ImageBlob {
  return { sha256: name, bytes, mimeType: 'image/jpeg' }
}

function user(...images: ImageBlob[]): RequestContent {
  return { role: 'user', parts: [{ kind: 'text', text: 'edit' }, ...images.map((each) => ({ kind: 'inline' as const, image: each }))] }
}

function ask(contents: readonly RequestContent[], more: Partial<PlacementQuestion> = {}): PlacementQuestion {
  const inline = contents
    .flatMap(({ parts }) => parts)
    .flatMap((part) => (part.kind === 'inline' ? [base64Characters(part.image.bytes)] : []))
  const requestBytes = inline.reduce((sum, bytes) => sum + bytes, 1000)
  return { contents, requestBytes, endpoint: GEMINI, held: [], isReplayed: true, timeoutMs: 300_000, nowMs: NOW_MS, urlOf: null, ...more }
}

const heldFor = (leftMs: number) => [{ sha256: 'photo', uri: 'https://upstream/files/photo', expiresAtMs: NOW_MS + leftMs }]
const urlOf = (of: ImageBlob) => `https://us/${of.sha256}`

describe('where a picture goes', () => {
  test.each<[string, number, Partial<PlacementQuestion>, Placement]>([
    ['one that will be sent again is uploaded at its first use', MB, {}, { how: 'upload', reason: 'absent' }],
    ['a small one as well, for it would cross the wire once a turn', 100, {}, { how: 'upload', reason: 'absent' }],
    ['one that is sent only once goes in the body', MB, { isReplayed: false }, { how: 'inline' }],
    ['one that is held upstream is used there', MB, { held: heldFor(47 * HOUR_MS) }, { how: 'file', uri: 'https://upstream/files/photo' }],
    [
      'also by a request that sends it only once',
      MB,
      { held: heldFor(47 * HOUR_MS), isReplayed: false },
      { how: 'file', uri: 'https://upstream/files/photo' },
    ],
    ['a handle with an hour left is good', MB, { held: heldFor(HOUR_MS) }, { how: 'file', uri: 'https://upstream/files/photo' }],
    ['a handle with less is refreshed before use', MB, { held: heldFor(HOUR_MS - 1) }, { how: 'upload', reason: 'expiring' }],
    [
      'a handle must outlive a longer attempt',
      MB,
      { held: heldFor(89 * MINUTE_MS), timeoutMs: 90 * MINUTE_MS },
      { how: 'upload', reason: 'expiring' },
    ],
    ['an expired handle is refreshed', MB, { held: heldFor(-1) }, { how: 'upload', reason: 'expiring' }],
    [
      'an expiring handle does not matter to what fits the body and is sent once',
      MB,
      { held: heldFor(0), isReplayed: false },
      { how: 'inline' },
    ],
    ['10 MB may go in the body', INLINE_IMAGE_BYTES_MAX, { isReplayed: false }, { how: 'inline' }],
    ['more than 10 MB never', INLINE_IMAGE_BYTES_MAX + 1, { isReplayed: false }, { how: 'upload', reason: 'absent' }],
    ['a relay has no Files API', MB, { endpoint: RELAY }, { how: 'inline' }],
    ['a relay can be given an address, not a large body', 11 * MB, { endpoint: RELAY, urlOf }, { how: 'url', uri: 'https://us/photo' }],
    ['a relay that cannot reach us cannot take it', 11 * MB, { endpoint: RELAY }, { how: 'nowhere' }],
  ])('%s', (_, bytes, more, placement) => {
    const plan = planPlacement(ask([user(image('photo', bytes))], more))
    expect(plan.placements).toEqual(new Map([['photo', placement]]))
    expect(plan.fits).toBe(placement.how !== 'nowhere')
  })
})

describe('a request as a whole', () => {
  test('sends by other ways what its body has no room for, the largest first', () => {
    const images = [image('small', MB), image('large', 9 * MB), image('middle', 8 * MB)]
    const plan = planPlacement(ask([user(...images)], { isReplayed: false }))
    expect(Object.fromEntries(plan.placements)).toEqual({
      small: { how: 'inline' },
      large: { how: 'upload', reason: 'absent' },
      middle: { how: 'inline' },
    })
    expect(plan).toMatchObject({ fits: true, requestBytes: 1000 + 200 + base64Characters(8 * MB) + base64Characters(MB) })
  })

  test('counts a picture as often as it stands there, and places it once', () => {
    const photo = image('photo', 8 * MB)
    const plan = planPlacement(ask([user(photo), user(photo, photo)], { isReplayed: false }))
    expect(plan).toMatchObject({
      fits: true,
      requestBytes: 1000 + 3 * 200,
      placements: new Map([['photo', { how: 'upload', reason: 'absent' }]]),
    })
  })

  test('keeps the pictures of the model inline: a file in a model turn is unproven', () => {
    const made = image('made', 9 * MB)
    const contents: RequestContent[] = [user(image('photo', MB)), { role: 'model', parts: [{ kind: 'inline', image: made }] }]
    const plan = planPlacement(ask(contents, { endpoint: { ...GEMINI, inlineBytesMax: 8 * MB } }))
    expect([...plan.placements.keys()]).toEqual(['photo'])
    expect(plan.fits).toBe(false)
    expect(placeImages(contents, new Map([['made', 'uri']]))[1]).toEqual(contents[1])
  })

  test('says so when nothing can make it small enough', () => {
    const contents = [user(image('a', 9 * MB), image('b', 9 * MB))]
    expect(planPlacement(ask(contents, { endpoint: RELAY })).fits).toBe(false)
    expect(planPlacement(ask(contents, { endpoint: RELAY, urlOf })).fits).toBe(true)
  })

  test('ten turns with the same photo upload it once in 48 hours', () => {
    let held: PlacementQuestion['held'] = []
    let uploads = 0
    for (let turn = 0; turn < 10; turn++) {
      const nowMs = NOW_MS + turn * 4 * HOUR_MS
      const contents = Array.from({ length: turn + 1 }, () => user(image('photo', 3 * MB)))
      const placement = planPlacement(ask(contents, { held, nowMs })).placements.get('photo')
      if (placement?.how === 'upload') {
        uploads++
        held = [{ sha256: 'photo', uri: 'uri', expiresAtMs: nowMs + 48 * HOUR_MS }]
      } else expect(placement?.how).toBe('file')
    }
    expect(uploads).toBe(1)
  })

  test('of any pictures: never over 10 MB inline, never over the limit when it says it fits, never a handle that ends too soon', () => {
    const pictures = fc.uniqueArray(
      fc.record({ name: fc.string({ minLength: 1 }), bytes: fc.nat(30 * MB), leftMs: fc.option(fc.nat(48 * HOUR_MS)) }),
      { selector: (each) => each.name },
    )
    fc.assert(
      fc.property(pictures, fc.boolean(), fc.boolean(), fc.nat(2 * HOUR_MS), (given, files, isReplayed, timeoutMs) => {
        const held = given.flatMap(({ name, leftMs }) =>
          leftMs === null ? [] : [{ sha256: name, uri: name, expiresAtMs: NOW_MS + leftMs }],
        )
        const contents = given.map(({ name, bytes }) => user(image(name, bytes)))
        const plan = planPlacement(ask(contents, { endpoint: { files, inlineBytesMax: 20 * MB }, held, isReplayed, timeoutMs }))
        let inlineBytes = 0
        for (const { name, bytes, leftMs } of given) {
          const how = plan.placements.get(name)?.how
          if (how === 'inline') inlineBytes += base64Characters(bytes)
          if (how === 'inline') expect(bytes).toBeLessThanOrEqual(INLINE_IMAGE_BYTES_MAX)
          if (how === 'file') expect(NOW_MS + (leftMs ?? 0)).toBeGreaterThanOrEqual(handleGoodUntilMs(NOW_MS, timeoutMs))
          if (!files) expect(['inline', 'nowhere']).toContain(how)
        }
        if (plan.fits) expect(inlineBytes).toBeLessThanOrEqual(20 * MB)
        if (files) expect(plan.fits).toBe(true)
      }),
    )
  })
})

test('placed pictures stand in the contents as files, the others as they were', () => {
  const contents = [user(image('photo', MB), image('other', MB))]
  expect(placeImages(contents, new Map([['photo', 'https://upstream/files/photo']]))).toEqual([
    {
      role: 'user',
      parts: [
        { kind: 'text', text: 'edit' },
        { kind: 'file', mimeType: 'image/jpeg', uri: 'https://upstream/files/photo', of: { sha256: 'photo', bytes: MB } },
        { kind: 'inline', image: image('other', MB) },
      ],
    },
  ])
})
