/** Whether a part of an answer is what it says it is: JSON whose image and signature stood where its holes are. */
import { fillHoles } from '../part-text.ts'
import type { BundlePart } from './bundle-turn.ts'

/** What is wrong with the part, or null. One that passes can be replayed by filling its holes, and shows what it holds. */
export function checkPart({ raw, holes }: BundlePart): string | null {
  const marks = holes.map((_, index) => `hole ${index}`)
  let filled: string
  try {
    let next = 0
    filled = fillHoles(raw, holes, () => marks[next++] ?? '')
  } catch (error) {
    if (error instanceof RangeError) return `${error.message}: its holes must lie between two quotes, in order`
    throw error
  }
  const part = parseObject(filled)
  if (part === null) return 'is not the JSON of an object'
  const displaced = holes.find((hole, index) => valueAt(part, hole.holds) !== marks[index])
  if (displaced !== undefined) return `the hole at ${displaced.at} is not where a part holds its ${displaced.holds}`
  return null
}

export interface PartShown {
  text: string | null
  /** An interim thought: shown, never replayed. */
  thought: boolean
  imageSha256: string | null
  signatureSha256: string | null
}

/** What a part that passes `checkPart` says and holds. */
export function readPart({ raw, holes }: BundlePart): PartShown {
  const part = parseObject(raw) ?? {}
  return {
    text: typeof part.text === 'string' ? part.text : null,
    thought: part.thought === true,
    imageSha256: holes.find(({ holds }) => holds === 'image')?.sha256 ?? null,
    signatureSha256: holes.find(({ holds }) => holds === 'signature')?.sha256 ?? null,
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function valueAt(part: JsonObject, holds: 'image' | 'signature'): unknown {
  if (holds === 'signature') return part.thoughtSignature
  return isObject(part.inlineData) ? part.inlineData.data : undefined
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
