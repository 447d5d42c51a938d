/** What a Worker is given (`wrangler.toml`). Variables of api.md come beside these, as strings. */
import type { R2BucketBinding } from '../media/r2-binding.ts'

export interface Bindings {
  readonly [variable: string]: unknown
  HYPERDRIVE: { connectionString: string }
  MEDIA: R2BucketBinding
}

export interface ExecutionContext {
  /** Keeps the invocation alive until the promise settles. */
  waitUntil(promise: Promise<unknown>): void
  passThroughOnException(): void
  props: unknown
}

/** Cloudflare's own: a stream that knows its length. */
export interface FixedLengthStreamHolder {
  FixedLengthStream?: new (length: number) => TransformStream<Uint8Array, Uint8Array>
}
