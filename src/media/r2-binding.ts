/** What is used of an R2 bucket's binding, as https://developers.cloudflare.com/r2/api/workers/workers-api-reference describes it. */

export interface R2ObjectHead {
  key: string
  /** In bytes. */
  size: number
  uploaded: Date
}

export interface R2Upload {
  uploadPart(partNumber: number, bytes: Uint8Array): Promise<{ partNumber: number; etag: string }>
  complete(parts: { partNumber: number; etag: string }[]): Promise<unknown>
  abort(): Promise<void>
}

export interface R2BucketBinding {
  head(key: string): Promise<R2ObjectHead | null>
  get(
    key: string,
    options?: { range: { offset: number; length: number | undefined } },
  ): Promise<(R2ObjectHead & { body: ReadableStream<Uint8Array> }) | null>
  /** R2 refuses bytes that have another digest than `sha256`, in hex. A stream must have a known length, as an object's body has. */
  put(key: string, value: Uint8Array | ReadableStream<Uint8Array>, options: { sha256: string }): Promise<unknown>
  delete(key: string): Promise<void>
  list(options: { cursor?: string; limit?: number }): Promise<{ objects: R2ObjectHead[]; truncated: boolean; cursor?: string }>
  createMultipartUpload(key: string): Promise<R2Upload>
}
