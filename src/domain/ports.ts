/** What the core needs of the outside, as types only. Adapters implement them; `compose.ts` chooses. */

import type { Alert } from './alert.ts'
import type { MediaType } from './media.ts'
import type { ModelAnswer, ModelRequest } from './model-call.ts'
import type { ImageBlob, ReceivedPart } from './part.ts'
import type { SessionSettings } from './session.ts'
import type { Span } from './trace.ts'
import type { Turn } from './turn.ts'

/** Time, injected everywhere. `sleep` rejects with the signal's reason as soon as it aborts; abort is final. */
export interface Clock {
  nowMs(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Chance, injected everywhere. */
export interface Random {
  bytes(count: number): Uint8Array
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** One structured line per call. Fields are scalars, so that no image, prompt or secret slips in by way of an object. */
export interface Logger {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** Hands work to whichever node is free. `Tx` is the transaction it is handed over in: the work is there once that commits, and only then. */
export interface Dispatcher<Tx> {
  /** Turns have fallen due: an executor looks for them. A wake-up that is lost costs a second, never a turn. */
  wake(tx: Tx): Promise<void>
  /**
   * Called when that has committed: an executor in this very process need not wait for the job to come round (6 ms). Absent where
   * there is none.
   */
  wakeHere?: () => void
  /** A place in this very process for a turn about to be stored; null while there is none. Absent where nothing is executed. */
  admit?: (turnId: string) => Admission | null
}

/** A place kept for one turn, which is stored as claimed and so needs no wake-up and no look. */
export interface Admission {
  /** Whom the turn is stored as claimed by, at epoch 1. */
  nodeId: string
  /** It is stored: it starts. */
  begin(turn: Turn, session: SessionSettings): void
  /** The place is given up, unless the turn has begun. Should it be stored all the same, the node finds it and lets go of it. */
  leave(): void
}

/** An end of a turn that its caller is to be told of: the event `(turnId, seq)`. */
export interface OwedWebhook {
  turnId: string
  seq: number
}

/** Tells callers' servers of ends of turns. */
export interface WebhookOutlet<Tx> {
  /** Why this address cannot be called, in words for whoever gave it; null when it may be. */
  refusal(url: string): string | null
  /** Has them delivered, and tried again for about a day where that fails. */
  enqueue(tx: Tx, owed: readonly OwedWebhook[]): Promise<void>
}

/** Tells operators of alerts that began or ceased to fire. */
export interface AlertOutlet<Tx> {
  /** Has them delivered, and tried again where that fails. */
  enqueue(tx: Tx, alerts: readonly Alert[]): Promise<void>
}

/** Takes spans of what happened. Where nobody traces there is none. */
export interface Tracer {
  /** Whether a trace begun here is to be kept. */
  samples(traceId: string): boolean
  record(span: Span): void
}

/** Receives bytes in pieces. Nothing is visible to readers before `commit`; `abort` leaves nothing behind. */
export interface BlobWriter {
  /** Once it resolves, the caller may use the memory of `bytes` again. */
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<{ sha256: string; bytes: number }>
  abort(): Promise<void>
}

export interface ByteRange {
  /** First byte, from 0. */
  start: number
  /** Last byte, inclusive. */
  end: number
}

/** Content-addressed bytes. Names are lower-case hex SHA-256 of the content. Writing what is there already is a no-op that keeps it. */
export interface BlobStore {
  open(): Promise<BlobWriter>
  /** The bytes in pieces of at most 256 KiB. Throws `BlobMissing` when there is no such blob. */
  read(sha256: string, range?: ByteRange): AsyncIterable<Uint8Array>
  /** Size in bytes, or null when there is no such blob. */
  size(sha256: string): Promise<number | null>
  /** Removes the blob if it is there and was not written or touched after `olderThanMs` (Unix ms). True when it is gone. */
  remove(sha256: string, olderThanMs: number): Promise<boolean>
  /** Every blob, for the sweep that looks for bytes without a row. */
  list(): AsyncIterable<{ sha256: string; bytes: number; writtenAtMs: number }>
}

export class BlobMissing extends Error {
  override name = 'BlobMissing'
  readonly sha256: string
  constructor(sha256: string) {
    super(`no blob ${sha256}`)
    this.sha256 = sha256
  }
}

/** Repeats a write that is safe to repeat for as long as there is hope. */
export type Persevere = <Result>(write: () => Promise<Result>) => Promise<Result>

/** Thought signatures: the characters as received, once per SHA-256, read and written in pieces. */
export interface SignatureStore {
  /** `persevere`: how each write is carried out; by default once. */
  open(persevere?: Persevere): Promise<BlobWriter>
  read(sha256: string): AsyncIterable<Uint8Array>
}

/** Where the adapter puts an answer while it is still arriving. Each call is awaited, so that storage sets the pace. */
export interface AnswerSink {
  openImage(): Promise<BlobWriter>
  openSignature(): Promise<BlobWriter>
  /** A whole part, in the order received. Unsigned empty text parts are not reported. */
  part(part: ReceivedPart): Promise<void>
}

/** One attempt against one model at one endpoint. Never throws for what the upstream did: failures are answers too. */
export interface ImageModel {
  attempt(request: ModelRequest, sink: AnswerSink, signal: AbortSignal): Promise<ModelAnswer>
}

export interface UpstreamFile {
  /** `files/…` */
  name: string
  uri: string
  /** Unix ms. */
  expiresAtMs: number
  state: 'active' | 'processing' | 'failed'
}

/** A call of the Files API that failed, classified like any attempt. */
export class UpstreamFileError extends Error {
  override name = 'UpstreamFileError'
  readonly answer: ModelAnswer
  constructor(answer: ModelAnswer) {
    super(answer.message ?? answer.outcome)
    this.answer = answer
  }
}

/** Files held upstream for 48 h (wire-facts §3). Errors are `UpstreamFileError` with the classified failure. */
export interface ModelFiles {
  upload(endpointId: string, image: ImageBlob, signal: AbortSignal): Promise<UpstreamFile>
  get(endpointId: string, name: string, signal: AbortSignal): Promise<UpstreamFile | null>
  /** Idempotent: a file that is gone already counts as removed. */
  remove(endpointId: string, name: string, signal: AbortSignal): Promise<void>
}

/** Signs the addresses of media, so that a browser may load them without a key (api.md, Media). */
export interface MediaUrls {
  /** `path` (which may have a query of its own, covered by the signature) with an expiry and a signature in its query. */
  sign(path: string): Promise<string>
  /** Whether this path and query was signed by us and has not expired. An unsigned one is simply false. */
  verify(pathAndQuery: string): Promise<boolean>
}

/** What an image file says of itself, pixels as displayed; or why it is not taken in. */
export type ImageVerdict =
  | { ok: true; image: { mimeType: MediaType; width: number; height: number } }
  | { ok: false; refusal: { code: 'unsupported_media_type' | 'unreadable_image' | 'payload_too_large'; detail: string } }

/** Judges an image in the blob store by its content, without decoding it. */
export interface ImageInspector {
  inspect(blob: { sha256: string; bytes: number }): Promise<ImageVerdict>
  /** The same for bytes that are not in the blob store and are not to get there. */
  inspectBytes(bytes: Uint8Array): Promise<ImageVerdict>
  /** The image without what tells of its maker (place, time, camera), pixels untouched; null when there is nothing to take out. */
  withoutMetadata(image: ImageBlob): Promise<AsyncIterable<Uint8Array> | null>
}

/** Makes pictures of pictures. Node only: a Worker has nothing to decode with, and answers 415 where one is needed. */
export interface Pictures {
  /** A WebP at most `widthPx` pixels wide, upright, never larger than the original. Throws `RequestError` `unreadable_image`. */
  thumbnail(image: AsyncIterable<Uint8Array>, widthPx: number): Promise<Uint8Array>
  /** A JPEG of the full size, upright and without metadata, of a HEIC or HEIF. Throws `RequestError` `unreadable_image`. */
  toDisplayJpeg(image: AsyncIterable<Uint8Array>): Promise<Uint8Array>
}
