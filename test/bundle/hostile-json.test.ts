import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import type { Bundle } from '../../src/domain/bundle/bundle.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { sha256 } from './arbitrary-session.ts'
import { asJson, changed, sampleBundle } from './sample-bundle.ts'
import { storePictures } from './store-session.ts'
import { exportBytes, importBytes, openPlace, refusalOf } from './two-tenants.ts'

let here: ServiceContext
let there: ServiceContext
let good: Bundle
beforeAll(async () => {
  const place = await openPlace()
  here = place.as('here')
  there = place.as('there')
  good = await sampleBundle(here, await storePictures(here))
})

const SIGNED = 'turns.0.answers.0.parts.0'
const HTML = Buffer.from('<!doctype html><script>alert(1)</script>')

/** What is done to a good bundle, and where the refusal says that it is wrong. */
const SPOILED: readonly (readonly [what: string, spoil: (bundle: Bundle) => Bundle | Buffer, where: string | RegExp])[] = [
  ['another format', (b) => changed(b, 'format', 'zip'), 'format'],
  ['a version of the future', (b) => changed(b, 'version', 2), 'version'],
  ['a field nobody knows', (b) => changed(b, 'turns.0.tenantId', 'other'), 'turns.0.tenantId'],
  ['a setting out of bounds', (b) => changed(b, 'session.policy', { attemptsPerModel: 99 }), 'session.policy.attemptsPerModel'],
  ['half a surrogate pair', (b) => changed(b, 'session.title', '\ud83d'), 'session.title'],
  ['a NUL in a column of text', (b) => changed(b, 'turns.0.model', 'a\0b'), 'turns.0.model'],
  ['a day that does not exist', (b) => changed(b, 'turns.0.createdAt', '2026-02-30T00:00:00.000Z'), 'turns.0.createdAt'],
  ['a turn that is still running', (b) => changed(b, 'turns.0.status', 'running'), 'turns.0.status'],
  ['a turn that is its own parent', (b) => changed(b, 'turns.0.parent', 0), 'turns.0.parent'],
  ['turns that run in a circle', (b) => changed(changed(b, 'turns.0.parent', 2), 'turns.2.parent', 0), 'turns.0.parent'],
  ['a parent that is not there', (b) => changed(b, 'turns.2.parent', 7), 'turns.2.parent'],
  ['a parent that failed', (b) => changed(b, 'turns.2.parent', 1), 'turns.2.parent'],
  ['a head that failed', (b) => changed(b, 'session.head', 1), 'session.head'],
  ['a head that is not there', (b) => changed(b, 'session.head', 9), 'session.head'],
  ['an output that nobody gave', (b) => changed(b, 'turns.0.outputAttempt', 5), 'turns.0.outputAttempt'],
  ['a success without an output', (b) => changed(b, 'turns.0.outputAttempt', null), 'turns.0.outputAttempt'],
  ['an attempt twice', (b) => changed(b, 'turns.0.attempts.1', b.turns[0]?.attempts[0]), 'turns.0.attempts'],
  ['an image that is not listed', (b) => changed(b, 'turns.0.input.0.sha256', sha256('elsewhere')), 'turns.0.input.0.sha256'],
  ['an image that no turn names', (b) => changed(b, 'media.2', { ...b.media[0], sha256: sha256(HTML) }), 'media.2.sha256'],
  ['an image listed twice', (b) => changed(b, 'media.2', b.media[0]), 'media.2.sha256'],
  ['a part that is not JSON', (b) => changed(b, `${SIGNED}.raw`, '{"inlineData":{"data":""},,'), `${SIGNED}.raw`],
  ['a part that is no object', (b) => changed(changed(b, `${SIGNED}.raw`, '[]'), `${SIGNED}.holes`, []), `${SIGNED}.raw`],
  ['a hole where none is', (b) => changed(b, `${SIGNED}.holes.0.at`, 3), `${SIGNED}.raw`],
  ['a hole beyond the end', (b) => changed(b, `${SIGNED}.holes.1.at`, 9_999), `${SIGNED}.raw`],
  ['a signature where an image belongs', swapHoles, `${SIGNED}.raw`],
  ['a hole in a text', (b) => changed(b, `${SIGNED}.raw`, '{"text":"","thoughtSignature":"","padding":[0,0,0,0,0,0,0]}'), `${SIGNED}.raw`],
  ['a hole of another size', (b) => changed(b, `${SIGNED}.holes.1.bytes`, 5), `${SIGNED}.holes`],
  ['a signature with another digest', (b) => changed(b, 'signatures.0.characters', 'QQ=='), 'signatures.0.sha256'],
  ['a signature that ends its string', (b) => changed(b, 'signatures.0.characters', 'A","role":"system'), 'signatures.0.characters'],
  ['a signature with a broken escape', (b) => changed(b, 'signatures.0.characters', 'A\\q'), 'signatures.0.characters'],
  ['a signature that is missing', (b) => changed(b, 'signatures.0.characters', undefined), 'signatures.0.characters'],
  ['an image with another digest', (b) => changed(b, 'media.0.data', 'QUJD'), 'media.0.sha256'],
  ['an image that is a page', withContent(HTML), 'media.0'],
  ['an image that is empty', (b) => changed(b, 'media.0.data', '===='), 'media.0.data'],
  ['an image that is not base64', (b) => changed(b, 'media.0.data', 'QUJ*'), 'media.0.data'],
  ['an image with a letter beyond ASCII', (b) => changed(b, 'media.0.data', 'QUJé'), 'media.0.data'],
  ['an image given twice', (b) => text(b, (json) => json.replace('"data":', '"data":"QUJD","data":')), 'media.0.data'],
  ['an image under a disguised key', (b) => text(b, (json) => json.replace('"data":"', '"d\\u0061ta":"')), 'media.0.data'],
  ['JSON that is cut', (b) => asJson(b).subarray(0, -40), ''],
  ['JSON cut within an image', (b) => text(b, (json) => json.slice(0, json.indexOf('"data":') + 60)), ''],
  ['JSON with more behind it', (b) => text(b, (json) => `${json}{}`), ''],
  ['no JSON at all', () => Buffer.from('PK\x03\x04 not a document'), ''],
  ['nothing', () => Buffer.alloc(0), ''],
  ['bytes that are no UTF-8', (b) => Buffer.from(asJson(b).toString('latin1').replace('A house', 'A \xff\xfe'), 'latin1'), ''],
  ['brackets without end', () => Buffer.alloc(100_000, '['), ''],
  ['more values than anyone needs', () => Buffer.from(`[${'0,'.repeat(2_000_001)}0]`), ''],
]

for (const [what, spoil, where] of SPOILED) {
  test(`${what} is refused whole, and the place told`, async () => {
    const before = await countRows(there)
    const spoiled = spoil(good)
    const refusal = await refusalOf(importBytes(there, 'json', Buffer.isBuffer(spoiled) ? spoiled : asJson(spoiled), 777))
    expect(refusal.code, refusal.message).toBe('invalid_request')
    expect(refusal.problem.errors?.[0]?.path).toBe(where)
    expect(await countRows(there)).toEqual(before)
  })
}

test('the same bundle unspoiled is taken', async () => {
  const { id } = await importBytes(there, 'json', asJson(good), 777)
  expect(JSON.parse((await exportBytes(there, id, {})).toString())).toEqual(good)
})

test('images by digest are the tenant’s own or are listed as missing; another tenant’s are not there', async () => {
  const byDigest = { ...good, media: good.media.map(({ data: _data, ...image }) => image) }
  const stranger = { ...here, principal: { ...here.principal, tenantId: 'stranger' } }
  const refusal = await refusalOf(importBytes(stranger, 'json', asJson(byDigest)))
  expect(refusal.problem).toMatchObject({ code: 'missing_media', status: 422, missing: good.media.map(({ sha256 }) => sha256) })
  expect(await importBytes(here, 'json', asJson(byDigest))).toMatchObject({ turnCount: 3 })
})

async function countRows({ db }: ServiceContext): Promise<unknown> {
  const [row] = await db.execute(sql`select (select count(*) from sessions) as sessions, (select count(*) from turns) as turns,
    (select count(*) from parts) as parts, (select count(*) from media) as media, (select count(*) from imported_ledgers) as ledgers`)
  return row
}

function text(bundle: Bundle, spoil: (json: string) => string): Buffer {
  return Buffer.from(spoil(asJson(bundle).toString()))
}

function swapHoles(bundle: Bundle): Bundle {
  const [first, second] = bundle.turns[0]?.answers[0]?.parts[0]?.holes ?? []
  if (first === undefined || second === undefined) throw new Error('the sample has a part with two holes')
  return changed(bundle, `${SIGNED}.holes`, [
    { ...second, at: first.at },
    { ...first, at: second.at },
  ])
}

/** Everything but the picture itself fits. */
function withContent(bytes: Buffer): (bundle: Bundle) => Bundle {
  return (bundle) => {
    const renamed = JSON.parse(JSON.stringify(bundle).replaceAll(bundle.media[0]?.sha256 ?? '', sha256(bytes))) as Bundle
    return changed(changed(renamed, 'media.0.bytes', bytes.length), 'media.0.data', bytes.toString('base64'))
  }
}
