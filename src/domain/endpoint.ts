/** An upstream that speaks one of the known APIs. Quotas and files belong to its project, not to its key. */

export interface EndpointLimits {
  /** Requests, images and tokens per minute; requests per day. Absent: unknown, learned from refusals. */
  rpm?: number | undefined
  ipm?: number | undefined
  tpm?: number | undefined
  rpd?: number | undefined
}

export interface Endpoint {
  id: string
  /** API family; signatures are not portable between families (wire-facts §2.5). */
  api: 'gemini'
  baseUrl: string
  /** Secret: never logged, never stored. */
  key: string
  /** Names the quota and file owner; defaults to the endpoint's id. */
  project: string
  /** Whether the endpoint offers the Files API; relays do not. */
  files: boolean
  inlineBytesMax: number
  limits: EndpointLimits
}
