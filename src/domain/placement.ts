/**
 * Decides how each picture of a request reaches the upstream: in the body, as a file held there, or by address (engine.md,
 * Media placement). Pure: uploading, and asking again afterwards, is the caller's.
 *
 * A picture that the session will send again is uploaded at its *first* use, however small: an upload costs two short round
 * trips once, while a generation takes 15 to 30 s, and then the picture crosses the wire once per 48 h, not once a turn.
 */
import type { Endpoint } from './endpoint.ts'
import type { RequestContent } from './model-call.ts'
import type { ImageBlob } from './part.ts'
import { base64Characters } from './part-text.ts'

/** Larger pictures never travel in the body (engine.md). */
export const INLINE_IMAGE_BYTES_MAX = 10 * 1024 * 1024

/** A handle with less left is refreshed before use, not after it has failed (engine.md). */
const HANDLE_LEFT_MS_MIN = 3_600_000

/** Bytes of a `fileData` part, with room to spare. */
const FILE_PART_BYTES = 200

export type Placement =
  | { how: 'inline' }
  | { how: 'file'; uri: string }
  /** The upstream has no file of it, or one that ends too soon. */
  | { how: 'upload'; reason: 'absent' | 'expiring' }
  | { how: 'url'; uri: string }
  /** Too large for the body, and the endpoint takes it in no other way. */
  | { how: 'nowhere' }

/** What the upstream holds of ours, in the endpoint's project. Files known to be gone are left out. */
export interface HeldFile {
  sha256: string
  uri: string
  /** Unix ms. */
  expiresAtMs: number
}

export interface PlacementQuestion {
  /** As planned, every picture inline. Pictures in model contents stay there (wire-facts §2.9). */
  contents: readonly RequestContent[]
  /** Size of the request if nothing moves, in bytes. */
  requestBytes: number
  endpoint: Pick<Endpoint, 'files' | 'inlineBytesMax'>
  held: readonly HeldFile[]
  /** Whether later turns of the session will send these pictures again. */
  isReplayed: boolean
  /** Of the attempt. */
  timeoutMs: number
  nowMs: number
  /** The address under which the upstream can fetch a picture; null where it cannot reach us. */
  urlOf: ((image: ImageBlob) => string) | null
}

export interface PlacementPlan {
  /** By SHA-256. The same picture in several places is placed once. */
  placements: ReadonlyMap<string, Placement>
  /** What is left to send, in bytes. */
  requestBytes: number
  /** False: too large even so, or a picture has nowhere to go. The history has to be windowed, or another endpoint found. */
  fits: boolean
}

interface Candidate {
  image: ImageBlob
  /** Bytes that leave the request when it moves. */
  movableBytes: number
}

/** Places every picture of one request, as `PlacementQuestion` and the rules above say. */
export function planPlacement(question: PlacementQuestion): PlacementPlan {
  const candidates = findCandidates(question.contents)
  const placements = new Map(candidates.map(({ image }) => [image.sha256, place(image, question)]))
  let requestBytes = question.requestBytes
  for (const { image, movableBytes } of candidates) if (placements.get(image.sha256)?.how !== 'inline') requestBytes -= movableBytes
  for (const { image, movableBytes } of candidates) {
    if (requestBytes <= question.endpoint.inlineBytesMax) break
    if (placements.get(image.sha256)?.how !== 'inline') continue
    const elsewhere = placeElsewhere(image, question)
    if (elsewhere.how === 'nowhere') break
    placements.set(image.sha256, elsewhere)
    requestBytes -= movableBytes
  }
  const fits =
    requestBytes <= question.endpoint.inlineBytesMax && [...placements.values()].every((placement) => placement.how !== 'nowhere')
  return { placements, requestBytes, fits }
}

/** The moment until which a handle must live to be used now, in Unix ms. */
export function handleGoodUntilMs(nowMs: number, timeoutMs: number): number {
  return nowMs + Math.max(HANDLE_LEFT_MS_MIN, timeoutMs)
}

/** The contents with those pictures replaced that have an address, by SHA-256. */
export function placeImages(contents: readonly RequestContent[], uris: ReadonlyMap<string, string>): RequestContent[] {
  return contents.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => {
      const uri = role === 'user' && part.kind === 'inline' ? uris.get(part.image.sha256) : undefined
      if (part.kind !== 'inline' || uri === undefined) return part
      const { mimeType, sha256, bytes } = part.image
      return { kind: 'file', mimeType, uri, of: { sha256, bytes } }
    }),
  }))
}

/** Pictures that may move, the largest first: moving them makes most room. */
function findCandidates(contents: readonly RequestContent[]): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const part of contents.filter(({ role }) => role === 'user').flatMap(({ parts }) => parts)) {
    if (part.kind !== 'inline') continue
    const movableBytes = Math.max(0, base64Characters(part.image.bytes) - FILE_PART_BYTES)
    const before = found.get(part.image.sha256)?.movableBytes ?? 0
    found.set(part.image.sha256, { image: part.image, movableBytes: before + movableBytes })
  }
  return [...found.values()].sort((a, b) => b.movableBytes - a.movableBytes)
}

function place(image: ImageBlob, question: PlacementQuestion): Placement {
  const { endpoint, isReplayed } = question
  if (image.bytes > INLINE_IMAGE_BYTES_MAX) return placeElsewhere(image, question)
  if (!endpoint.files) return { how: 'inline' }
  const elsewhere = placeElsewhere(image, question)
  return elsewhere.how === 'file' || isReplayed ? elsewhere : { how: 'inline' }
}

function placeElsewhere(image: ImageBlob, { endpoint, held, timeoutMs, nowMs, urlOf }: PlacementQuestion): Placement {
  if (!endpoint.files) return urlOf === null ? { how: 'nowhere' } : { how: 'url', uri: urlOf(image) }
  const handle = held.find(({ sha256 }) => sha256 === image.sha256)
  if (handle === undefined) return { how: 'upload', reason: 'absent' }
  if (handle.expiresAtMs < handleGoodUntilMs(nowMs, timeoutMs)) return { how: 'upload', reason: 'expiring' }
  return { how: 'file', uri: handle.uri }
}
