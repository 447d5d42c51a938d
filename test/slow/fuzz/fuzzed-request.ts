/** A request as fuzzing makes it: written to the wire as it is, however wrong. */

export interface FuzzedRequest {
  operationId: string
  method: string
  /** Path and query, percent-encoded where a client would. */
  target: string
  /** In order, and as often as they stand here. */
  headers: [name: string, value: string][]
  body: Buffer | null
  /** Ends before it says that it does: there need be no answer. */
  cut: boolean
}

/** The bytes of it; `Content-Length` is told unless a mutation told something else. */
export function toWire({ method, target, headers, body }: FuzzedRequest): Buffer {
  const framed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const length: [string, string][] = framed || body === null ? [] : [['Content-Length', String(body.length)]]
  const lines = [...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body ?? Buffer.alloc(0)])
}

/** For a message about it: no more than a screen can bear. */
export function describeRequest({ operationId, method, target, headers, body }: FuzzedRequest): string {
  const head = headers.slice(0, 20).map(([name, value]) => `${name}: ${value.slice(0, 200)}`)
  return [`${operationId}: ${method} ${target.slice(0, 500)}`, ...head, body?.toString('latin1', 0, 1_000) ?? ''].join('\n')
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
