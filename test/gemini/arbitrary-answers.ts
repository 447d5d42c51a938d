/** Answers of every shape that is still an answer, with what `JSON.parse` says of their parts. */
import fc from 'fast-check'
import { z } from 'zod'
import { dice, type Noisy, noisyValue, type Pairs, writeNoisy } from './noisy-json.ts'

/** Values under names that mean something elsewhere but not at this level. */
function strangers(...keys: string[]): fc.Arbitrary<(readonly [string, Noisy])[]> {
  return fc.array(fc.tuple(fc.constantFrom('unknownField', ...keys), noisyValue), { maxLength: 2 })
}

function objectOf(...groups: fc.Arbitrary<readonly (readonly [string, Noisy])[]>[]): fc.Arbitrary<Pairs> {
  return fc.tuple(...groups).chain((pairs) => {
    const all = pairs.flat()
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }).map((shuffled) => ({ pairs: shuffled }))
  })
}

const sometimes = (key: string, value: fc.Arbitrary<Noisy>) =>
  fc.array(
    value.map((item) => [key, item] as const),
    { maxLength: 1 },
  )
const always = (key: string, value: fc.Arbitrary<Noisy>) => value.map((item) => [[key, item] as const])

const image = fc.tuple(fc.uint8Array({ minLength: 6, maxLength: 90 }), fc.constantFrom('base64', 'base64url')).map(([bytes, alphabet]) => {
  return Buffer.from(bytes).toString(alphabet as BufferEncoding)
})
const signature = fc.base64String({ minLength: 8, maxLength: 120 })
const inlineData = objectOf(
  sometimes('data', image),
  sometimes('mimeType', fc.constant('image/png')),
  strangers('thoughtSignature', 'inlineData', 'parts'),
)
const part: fc.Arbitrary<Noisy> = objectOf(
  sometimes('text', fc.string({ unit: 'binary', maxLength: 12 })),
  sometimes('thought', fc.boolean()),
  sometimes('inlineData', fc.oneof(inlineData, fc.constant(null))),
  sometimes('thoughtSignature', fc.oneof(signature, fc.constant(''))),
  strangers('data', 'parts', 'content', 'candidates', 'partMetadata'),
)
const parts = fc.array(fc.oneof({ weight: 9, arbitrary: part }, { weight: 1, arbitrary: fc.constantFrom<Noisy>(null, 7, 'text', []) }), {
  maxLength: 4,
})
const content = objectOf(
  sometimes('parts', parts),
  sometimes('role', fc.constant('model')),
  strangers('data', 'inlineData', 'thoughtSignature'),
)
const candidate = objectOf(
  sometimes('content', content),
  sometimes('finishReason', fc.constantFrom('STOP', 'NEW_REASON')),
  strangers('parts', 'inlineData', 'candidates'),
)
const document = objectOf(always('candidates', fc.array(candidate, { maxLength: 2 })), strangers('content', 'parts', 'inlineData', 'data'))

export interface ArbitraryAnswer {
  /** JSON texts, each a document. */
  documents: readonly string[]
  seed: number
}

/** @param escapeBase64 whether escapes may stand in images and signatures. */
export function arbitraryAnswer(escapeBase64: boolean): fc.Arbitrary<ArbitraryAnswer> {
  return fc.tuple(fc.array(document, { minLength: 1, maxLength: 3 }), fc.integer()).map(([documents, seed]) => {
    const roll = dice(seed)
    return { documents: documents.map((pairs) => writeNoisy(pairs, roll, escapeBase64)), seed }
  })
}

/** A document with white space at most outside strings, as events: other fields, comments and several `data:` lines to an event. */
export function asEventStream({ documents, seed }: ArbitraryAnswer): string {
  const roll = dice(seed + 1)
  const lineEnd = ['\n', '\r', '\r\n'][Math.floor(roll() * 3)] ?? '\n'
  const events = documents.map((text) => {
    const lines = text.split(/\r\n|\n/).map((line) => `data:${roll() < 0.5 ? ' ' : ''}${line}${lineEnd}`)
    const noise = roll() < 0.5 ? '' : `: a comment {"data"${lineEnd}event: message${lineEnd}`
    return noise + lines.join('') + lineEnd
  })
  return (roll() < 0.2 ? '\ufeff' : '') + events.join('')
}

export interface ExpectedPart {
  json: unknown
  text: string | null
  thought: boolean
  signed: boolean
  image: Buffer | null
}

/** The parts of the first candidate, as `JSON.parse` sees them, without those that say nothing. */
export function expectedParts(document: string): ExpectedPart[] {
  const found: unknown = JSON.parse(document)?.candidates?.[0]?.content?.parts
  const all = Array.isArray(found) ? found : []
  return all
    .filter((json) => typeof json === 'object' && json !== null && !Array.isArray(json))
    .map(expectedPart)
    .filter(saysSomething)
}

/** The fields compared, of whatever type they may be. */
const looseImage = z.looseObject({ data: z.unknown().optional() }).nullish().catch(null)
const loosePart = z
  .looseObject({ text: z.unknown(), thought: z.unknown(), thoughtSignature: z.unknown(), inlineData: looseImage })
  .partial()

function expectedPart(json: unknown): ExpectedPart {
  const { text, thought, thoughtSignature, inlineData } = loosePart.parse(json)
  const data = inlineData?.data
  return {
    json,
    text: typeof text === 'string' ? text : null,
    thought: thought === true,
    signed: typeof thoughtSignature === 'string' && thoughtSignature !== '',
    image: typeof data === 'string' ? Buffer.from(data, 'base64') : null,
  }
}

function saysSomething({ json, text, signed }: ExpectedPart): boolean {
  const fields = Object.keys(json as object)
  return Boolean(text) || signed || fields.some((field) => !['text', 'thought', 'thoughtSignature'].includes(field))
}
