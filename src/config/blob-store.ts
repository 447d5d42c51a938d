/** `BLOB_STORE`: where the bytes of media live. */
import { z } from 'zod'

export interface S3Place {
  kind: 's3'
  bucket: string
  endpoint: string
  region: string
}

export type BlobPlace = { kind: 'fs'; path: string } | S3Place

const FORMS = 'must be fs:PATH or s3://bucket?endpoint=https://…&region=…'
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** `region` of an S3 place that does not name one is empty: the environment may tell. */
export const blobPlace = z.string().transform((text, ctx): BlobPlace => {
  if (/^fs:./.test(text)) return { kind: 'fs', path: text.slice('fs:'.length) }
  const place = readS3(text)
  if (typeof place === 'object') return place
  ctx.addIssue({ code: 'custom', message: place })
  return z.NEVER
})

function readS3(text: string): S3Place | string {
  const url = URL.parse(text)
  if (url?.protocol !== 's3:') return FORMS
  if (!BUCKET.test(url.host) || !/^\/?$/.test(url.pathname)) return `${FORMS}: the bucket is not a valid name`
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region')
  if (unknown !== undefined) return `${FORMS}: there is no ${unknown}`
  const region = url.searchParams.get('region') ?? ''
  const endpoint = url.searchParams.get('endpoint') ?? ''
  if (endpoint !== '' && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return `${FORMS}: the endpoint is not an http(s) URL`
  return { kind: 's3', bucket: url.host, endpoint: endpoint.replace(/\/+$/, ''), region }
}
