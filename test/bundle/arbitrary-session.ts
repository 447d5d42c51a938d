/** Any session as the database may hold it: branches, failures, late answers, forks, turns still going on, parts written anyhow. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { attempts } from '../../src/db/schema.ts'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import type { Hole } from '../../src/domain/part.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { DEFAULT_SESSION_SETTINGS, type SessionSettings } from '../../src/domain/session.ts'
import { ENDED, TURN_STATUSES } from '../../src/domain/turn.ts'
import { dice, type Noisy, noisyValue, writeNoisy } from '../gemini/noisy-json.ts'

/** Pictures to choose from: as many as `PICTURES` of the test that stores them. */
export const PICTURE_COUNT = 4

export interface SpecPart {
  raw: string
  holes: (Omit<Extract<Hole, { holds: 'image' }>, 'sha256' | 'bytes'> | Extract<Hole, { holds: 'signature' }>)[]
  thought: boolean
  picture: number | null
  signature: string | null
  mintedBy: { api: string; model: string }
}

const prompt = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'))
const atMs = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2026, 10, 1) })
const atMsOrNull = fc.option(atMs)
const image = fc.record({ aspectRatio: fc.constantFrom('1:1', '16:9', '21:9'), size: fc.constantFrom('512', '1K', '4K') } as const, {
  requiredKeys: [],
  noNullPrototype: true,
})
const policy = fc.record(
  {
    attemptsPerModel: fc.integer({ min: 1, max: 10 }),
    allowDegraded: fc.subarray(['size', 'references'] as const),
    onNoImage: fc.constant('fail' as const),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const metadata = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 6 }).filter((key) => !key.includes('\0')),
  prompt,
  { maxKeys: 3, noNullPrototype: true },
)
const model = fc.constantFrom('gemini-3-pro-image', 'gemini-nano-banana-2.1', 'gemini-2.5-flash-image', 'a-model-nobody-knows')
const signature = fc.base64String({ minLength: 8, maxLength: 40 }).map((text) => text.replaceAll('=', '\\u003d').replaceAll('/', '\\/'))

/** A field of a model's part, what it holds told by marks that the holes then take the place of. */
const [IMAGE_MARK, SIGNATURE_MARK] = ['IMAGEIMAGEIMAGE', 'SIGNATURESIGNATURE']

export const arbitraryPart: fc.Arbitrary<SpecPart> = fc
  .record({
    text: fc.option(fc.string({ maxLength: 20 })),
    thought: fc.boolean(),
    picture: fc.option(fc.nat(PICTURE_COUNT - 1)),
    signature: fc.option(signature),
    unknown: fc.option(noisyValue),
    seed: fc.nat(),
    alphabet: fc.constantFrom('base64' as const, 'base64url' as const),
    padded: fc.boolean(),
    mintedBy: fc.record({ api: fc.constantFrom('gemini', 'vertex'), model }),
  })
  .map(({ text, thought, picture, signature: characters, unknown, seed, alphabet, padded, mintedBy }) => {
    const pairs: [string, Noisy][] = []
    if (unknown !== null) pairs.push(['someday', unknown])
    if (characters !== null && seed % 2 === 0) pairs.push(['thoughtSignature', SIGNATURE_MARK])
    if (text !== null) pairs.push(['text', text])
    if (thought) pairs.push(['thought', true])
    if (picture !== null)
      pairs.push([
        'inlineData',
        {
          pairs: [
            ['mimeType', 'image/png'],
            ['data', IMAGE_MARK],
          ],
        },
      ])
    if (characters !== null && seed % 2 === 1) pairs.push(['thoughtSignature', SIGNATURE_MARK])
    return {
      ...punch(writeNoisy({ pairs }, dice(seed)), characters, { alphabet, padded }),
      thought,
      picture,
      signature: characters,
      mintedBy,
    }
  })

function punch(written: string, characters: string | null, how: { alphabet: 'base64' | 'base64url'; padded: boolean }) {
  let raw = written
  const holes: SpecPart['holes'] = []
  for (const [mark] of [...written.matchAll(new RegExp(`${IMAGE_MARK}|${SIGNATURE_MARK}`, 'g'))]) {
    const at = raw.indexOf(mark)
    raw = raw.replace(mark, '')
    if (mark === IMAGE_MARK) holes.push({ at, holds: 'image', ...how })
    else holes.push({ at, holds: 'signature', sha256: sha256(characters ?? ''), bytes: characters?.length ?? 0 })
  }
  return { raw, holes }
}

/** A row of the ledger but for its place. */
export type SpecAttempt = Omit<typeof attempts.$inferInsert, 'turnId' | 'n' | 'tenantId'>

const USAGE = { promptTokens: 1, outputTokens: null, thoughtTokens: 0, totalTokens: 3, promptByModality: [] }

const ledgerRow: fc.Arbitrary<SpecAttempt> = fc
  .record({
    ...{ model, image, fallback: fc.boolean(), endpointId: fc.constant('gemini'), leaseEpoch: fc.nat(), late: fc.boolean() },
    fidelity: fc.constantFrom('exact', 'repacked', 'windowed'),
    degraded: fc.subarray(['size']),
    outcome: fc.constantFrom('succeeded', ...FAILURE_KINDS),
    httpStatus: fc.option(fc.constantFrom(200, 429, 503)),
    message: fc.option(fc.string({ maxLength: 30 })),
    facts: fc.constantFrom({}, { retryAfterMs: 1200, quotas: [] }, { finishReason: 'IMAGE_SAFETY' }),
    request: fc.constantFrom(null, { contents: [{ role: 'user', parts: [{ type: 'text', text: 'a \0 b' }] }] }),
    next: fc.constantFrom(null, 'retry', 'fallback', 'done'),
    waitMs: fc.nat(),
    billed: fc.constantFrom('no', 'maybe', 'yes'),
    usage: fc.constantFrom(null, { ...USAGE, outputByModality: [{ modality: 'IMAGE', tokens: 1120 }] }),
    costUsd: fc.nat({ max: 400_000 }).map((millionths) => millionths / 1e6),
    startedAtMs: atMs,
    inFlight: fc.boolean(),
  } as const)
  .map(({ inFlight, ...row }) => ({ ...row, endedAtMs: inFlight ? null : row.startedAtMs + 900 }))

const attempt = fc.record({ row: ledgerRow, parts: fc.array(arbitraryPart, { minLength: 1, maxLength: 3 }) })

const turn = fc.record({
  /** Among the turns before that can be a parent; none of them when it is beyond. */
  parentPick: fc.nat({ max: 6 }),
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constant('succeeded' as const) },
    fc.constantFrom(...ENDED),
    fc.constantFrom(...TURN_STATUSES),
  ),
  input: fc.array(fc.oneof(prompt, fc.nat(PICTURE_COUNT - 1)), { minLength: 1, maxLength: 3 }),
  attempts: fc.array(attempt, { maxLength: 3 }),
  output: attempt,
  /** Copied from elsewhere: answers without a ledger. */
  forked: fc.boolean(),
  ...{ image, policy, metadata, model, models: fc.option(fc.constant(['gemini-3-pro-image'])) },
  modelVersion: fc.option(fc.string({ maxLength: 10 }).filter((text) => !text.includes('\0'))),
  fallback: fc.boolean(),
  degraded: fc.subarray(['size', 'aspectRatio']),
  fidelity: fc.constantFrom(null, 'exact' as const, 'repacked' as const, 'windowed' as const),
  error: fc.constantFrom(
    null,
    turnProblem('content_blocked', 'No.', { reason: 'IMAGE_SAFETY', ratings: [] }),
    turnProblem('canceled', '…'),
  ),
  window: fc.constantFrom(null, 'off_peak' as const),
  deadlineMs: fc.option(fc.nat()),
  createdAtMs: atMs,
  ...{ notBeforeMs: atMsOrNull, deadlineAtMs: atMsOrNull, startedAtMs: atMsOrNull, endedAtMs: atMsOrNull },
})
export type SpecTurn = typeof turn extends fc.Arbitrary<infer Spec> ? Spec : never

const settings: fc.Arbitrary<Partial<SessionSettings>> = fc.record(
  {
    ...{ title: fc.option(prompt), metadata, image, policy, systemInstruction: fc.option(prompt) },
    strategy: fc.constantFrom('quality', 'stability', 'cost'),
    models: fc.option(fc.constant(['gemini-3-pro-image', 'nano-banana-pro'])),
    safetySettings: fc.constantFrom([], [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]),
    history: fc.constantFrom({ mode: 'full' }, { mode: 'window', images: 3 }),
    onConflict: fc.constantFrom('reject', 'enqueue', 'replace'),
    onDisconnect: fc.constantFrom('continue', 'cancel'),
    budgetUsd: fc.option(fc.nat({ max: 1_000_000 }).map((cents) => cents / 100)),
    expiresAtMs: fc.option(fc.integer({ min: Date.UTC(2027, 0, 1), max: Date.UTC(2030, 0, 1) })),
  } as const,
  { requiredKeys: [], noNullPrototype: true },
)

export const arbitrarySession = fc.record({
  settings: settings.map((given) => ({ ...DEFAULT_SESSION_SETTINGS, ...given })),
  turns: fc.array(turn, { maxLength: 7 }),
  headPick: fc.nat({ max: 8 }),
  ...{ createdAtMs: atMs, updatedAtMs: atMs },
})
export type SpecSession = typeof arbitrarySession extends fc.Arbitrary<infer Spec> ? Spec : never

export function sha256(characters: string | Uint8Array): string {
  return createHash('sha256').update(characters).digest('hex')
}
