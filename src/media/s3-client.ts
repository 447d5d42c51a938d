/** One signed request to an S3-compatible service, tried again where the service asks for it. No node module: it runs on Workers too. */
import { AwsV4Signer } from 'aws4fetch'
import type { Clock } from '../domain/ports.ts'
import { toIso } from '../runtime/instant.ts'
import { xmlText } from './s3-xml.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One bucket, addressed by path (`endpoint/bucket/key`), which AWS, R2, MinIO and most others understand. */
export interface S3Place {
  endpoint: string
  bucket: string
  region: string
  /** Secret: never logged. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string | null }
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Empty for the bucket itself. */
  key: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array<ArrayBuffer>
}

export type S3Client = (request: S3Request) => Promise<Response>

/** A refusal of the service. */
export class S3Error extends Error {
  override name = 'S3Error'
  readonly status: number
  /** `NoSuchKey`, `SlowDown` …; empty where the answer had no body. */
  readonly code: string
  constructor(status: number, code: string, request: S3Request) {
    super(`S3 answered ${request.method} with ${status} ${code}`.trimEnd())
    this.status = status
    this.code = code
  }
}

const ATTEMPTS_MAX = 4
const FIRST_WAIT_MS = 100
const RETRIED: readonly number[] = [429, 500, 502, 503, 504]

/**
 * A client for one bucket. Throws `S3Error` for every status from 300 on, also for an error within a 200, which copying and
 * completing may answer; network errors as `fetch` throws them. Both after four attempts where another may help.
 */
export function createS3Client(place: S3Place, { fetch, clock }: { fetch: Fetch; clock: Clock }): S3Client {
  const signingKeys = new Map<string, ArrayBuffer>()

  async function attempt(request: S3Request): Promise<Response> {
    const url = new URL(`${place.endpoint}/${place.bucket}${request.key === '' ? '' : `/${request.key}`}`)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    const { accessKeyId, secretAccessKey, sessionToken } = place.credentials
    const signed = await new AwsV4Signer({
      ...{ accessKeyId, secretAccessKey, region: place.region, service: 's3', cache: signingKeys },
      ...(sessionToken === null ? {} : { sessionToken }),
      datetime: toIso(clock.nowMs()).replace(/[:-]|\.\d{3}/g, ''),
      url: url.href,
      method: request.method,
      headers: { ...request.headers },
    }).sign()
    const response = await fetch(signed.url.href, { method: request.method, headers: signed.headers, body: request.body ?? null })
    if (response.status >= 300) throw new S3Error(response.status, xmlText(await response.text(), 'Code') ?? '', request)
    return response
  }

  return async (request) => {
    for (let n = 0; ; n++) {
      try {
        return await attempt(request)
      } catch (error) {
        const mayHelp = !(error instanceof S3Error) || RETRIED.includes(error.status)
        if (!mayHelp || n + 1 === ATTEMPTS_MAX) throw error
        await clock.sleep(FIRST_WAIT_MS * 2 ** n)
      }
    }
  }
}
