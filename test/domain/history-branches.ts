/** Branches for the history tests: parts as a scanner would have stored them, and the characters their holes stand for. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { ModelEntry } from '../../src/domain/catalogue.ts'
import type { BranchTurn } from '../../src/domain/history/branch-turn.ts'
import { type HistoryInput, type PlannedHistory, planHistory } from '../../src/domain/history/plan-history.ts'
import type { Hole, ImageBlob, InputPart, MintedBy, ModelPart } from '../../src/domain/part.ts'
import { fillHoles } from '../../src/domain/part-text.ts'

export const PRO: MintedBy = { api: 'gemini', model: 'gemini-3-pro-image' }
export const FLASH: MintedBy = { api: 'gemini', model: 'gemini-nano-banana-2.1' }
export const OLD: MintedBy = { api: 'gemini', model: 'gemini-2.5-flash-image' }

/** A model without limits worth mentioning, unless a test gives it some. */
export function entryOf({ model }: MintedBy, limits: Partial<ModelEntry> = {}): ModelEntry {
  return {
    id: model,
    aliases: [],
    status: 'current',
    successor: null,
    sizes: ['1K'],
    takesImageSize: true,
    aspectRatios: ['1:1'],
    referenceImagesMax: 14,
    takesIncludeThoughts: false,
    signs: model !== OLD.model,
    prices: { inputPerMTok: 0, textOutputPerMTok: 0, imageOutputPerMTok: 0, imageTokens: {} },
    timeoutMs: { '512': 1, '1K': 1, '2K': 1, '4K': 1 },
    contextTokens: 1_000_000,
    outputTokens: 1_000,
    inputImageTokens: 500,
    requestBytesMax: 1_000_000_000,
    historyImagesMax: 1_000,
    ...limits,
  }
}

export function plan(
  branch: BranchTurn[],
  changes: Partial<HistoryInput> & { by?: MintedBy; limits?: Partial<ModelEntry> } = {},
): PlannedHistory {
  const { by = PRO, limits = {}, ...rest } = changes
  return planHistory({
    branch,
    input: [{ type: 'text', text: 'and now?' }],
    target: { api: by.api, model: entryOf(by, limits) },
    exchanges: [],
    settings: { mode: 'full' },
    repack: false,
    shrink: false,
    ...rest,
  })
}

export function turn(turnId: string, input: InputPart[], output: ModelPart[]): BranchTurn {
  return { turnId, input, output }
}

export function words(text: string): InputPart {
  return { type: 'text', text }
}

export function blob(name: string, bytes = 30): ImageBlob {
  return { sha256: createHash('sha256').update(name).digest('hex'), bytes, mimeType: 'image/jpeg' }
}

export function upload(name: string, bytes = 30): InputPart {
  return { type: 'image', mediaId: `med_${name}`, ...blob(name, bytes) }
}

interface PartShape {
  by?: MintedBy
  thought?: boolean
  signatureBytes?: number
  signed?: boolean
  /** Members the receiver does not know, as JSON text. */
  unknown?: string
}

export function text(words: string, { by = PRO, thought = false, signed = true, signatureBytes = 40, unknown }: PartShape = {}): ModelPart {
  const members = [`"text": ${JSON.stringify(words)}`, ...(thought ? ['"thought":true'] : []), ...(unknown ? [unknown] : [])]
  return received(members, signed ? signatureBytes : 0, { text: words, thought, image: null, mintedBy: by })
}

export function picture(
  name: string,
  { by = PRO, thought = false, signed = true, signatureBytes = 40, unknown }: PartShape = {},
  bytes = 30,
): ModelPart {
  const members = [
    `"inlineData":{"mimeType":"image\\/jpeg", "data":""}`,
    ...(thought ? ['"thought":true'] : []),
    ...(unknown ? [unknown] : []),
  ]
  const image = { ...blob(name, bytes), width: null, height: null }
  return received(members, signed ? signatureBytes : 0, { text: null, thought, image, mintedBy: by })
}

function received(members: string[], signatureBytes: number, rest: Pick<ModelPart, 'text' | 'thought' | 'image' | 'mintedBy'>): ModelPart {
  const signed = signatureBytes > 0
  const raw = `{ ${[...members, ...(signed ? ['"thoughtSignature": ""'] : [])].join(',\n')} }`
  const holes: Hole[] = []
  if (rest.image) {
    const { sha256, bytes } = rest.image
    holes.push({ at: raw.indexOf('"data":""') + 8, holds: 'image', sha256, bytes, alphabet: 'base64', padded: true })
  }
  if (signed)
    holes.push({ at: raw.lastIndexOf('""') + 1, holds: 'signature', sha256: blob(`signature of ${raw}`).sha256, bytes: signatureBytes })
  return { ...rest, raw, holes, signed, mediaId: rest.image ? 'med_made' : null, attempt: 1 }
}

/** Stand-in characters of the right length for what a hole holds. */
export function charactersOf(hole: Hole): string {
  if (hole.holds === 'signature') return hole.sha256.repeat(Math.ceil(hole.bytes / 64)).slice(0, hole.bytes)
  return Buffer.alloc(hole.bytes, hole.sha256).toString('base64')
}

/** The contents as a plain serialiser would send them, replayed parts filled. */
export function serialise(contents: PlannedHistory['contents']): string {
  const shown = contents.map(({ role, parts }) => {
    const written = parts.map((part) => {
      if (part.kind === 'raw') return fillHoles(part.raw, part.holes, charactersOf)
      if (part.kind === 'text') return JSON.stringify({ text: part.text })
      if (part.kind === 'file') return JSON.stringify({ fileData: { mimeType: part.mimeType, fileUri: part.uri } })
      return JSON.stringify({ inlineData: { mimeType: part.image.mimeType, data: Buffer.alloc(part.image.bytes).toString('base64') } })
    })
    return `{"role":"${role}","parts":[${written.join(',')}]}`
  })
  return `[${shown.join(',')}]`
}

/** Each picture of the request in order, by digest, whatever turn it stands in. */
export function picturesOf(contents: PlannedHistory['contents']): string[] {
  return contents.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      if (part.kind === 'inline') return [part.image.sha256]
      return part.kind === 'raw' ? part.holes.filter((hole) => hole.holds === 'image').map((hole) => hole.sha256) : []
    }),
  )
}

const anyMinter = fc.constantFrom(PRO, FLASH, OLD, { api: 'vertex', model: PRO.model })
const anyName = fc.string({ minLength: 1, maxLength: 8 })
const anyUnknown = fc.option(fc.constantFrom('"partMetadata":{"data":"","x":1.0}', '"thing":"\\u00e9\\/"'), { nil: undefined })

function anyPart(by: MintedBy): fc.Arbitrary<ModelPart> {
  const shape = fc
    .record({ thought: fc.boolean(), signed: fc.boolean(), signatureBytes: fc.integer({ min: 1, max: 400 }), unknown: anyUnknown })
    .map(({ unknown, ...rest }) => ({ by, ...rest, ...(unknown && { unknown }) }))
  return fc.oneof(
    fc.tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), shape).map(([words, made]) => text(words, made)),
    fc.tuple(anyName, shape, fc.integer({ min: 1, max: 900 })).map(([name, made, bytes]) => picture(name, made, bytes)),
  )
}

const anyInputPart: fc.Arbitrary<InputPart> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).map(words),
  fc.tuple(anyName, fc.integer({ min: 1, max: 900 })).map(([name, bytes]) => upload(name, bytes)),
)
export const anyInput = fc.array(anyInputPart, { minLength: 1, maxLength: 4 })

const anyTurn = anyMinter.chain((by) => fc.tuple(anyInput, fc.array(anyPart(by), { maxLength: 4 })))

export const anyBranch = fc
  .array(anyTurn, { maxLength: 12 })
  .map((turns) => turns.map(([input, output], index) => turn(`trn_${index}`, input, output)))
