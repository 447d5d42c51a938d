/**
 * Traces: what belongs together across processes, by the identifiers of W3C Trace Context. Identifiers of turns and attempts follow
 * from the turn's own, so that spans of one turn fit together whichever nodes it ran on.
 */

export interface Span {
  name: string
  kind: 'server' | 'internal' | 'client'
  /** 32 and 16 lower-case hex digits. */
  traceId: string
  spanId: string
  parentSpanId: string | null
  startedAtMs: number
  endedAtMs: number
  failed: boolean
  /** Scalars by name; never content. */
  attributes: Readonly<Record<string, string | number | boolean>>
}

/** Where a span hangs. */
export interface TraceParent {
  traceId: string
  spanId: string
  sampled: boolean
}

/** Of a `traceparent` header (version 00, and what later ones share with it); null for anything else. */
export function parseTraceParent(header: string | undefined): TraceParent | null {
  const [, traceId, spanId, flags] = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export function formatTraceParent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/** The span of a turn (n = 0) or of its nth attempt. */
export function spanIdOf(turnId: string, n: number): string {
  // FNV-1a: spread well enough to tell a few hundred spans of one trace apart.
  let hash = 0xcbf29ce484222325n
  for (const character of `${turnId}/${n}`) hash = ((hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(16).padStart(16, '0')
}
