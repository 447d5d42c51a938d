/** Sorts every refusal and failure the upstream can answer with into a failure kind: the first row that fits (engine.md). */
import type { FailureFacts, FailureKind } from '../domain/failure.ts'
import type { ErrorCase } from './error-case.ts'
import { quotaViolations } from './quota-facts.ts'
import { rejectionFacts } from './rejection.ts'
import { retryDelayMs } from './retry-delay.ts'

export interface Classified {
  kind: FailureKind
  facts: FailureFacts
}

interface Row {
  kind: FailureKind
  when(failed: ErrorCase): boolean
  facts?(failed: ErrorCase): FailureFacts
}

/** Files gone, foreign or not ready (wire-facts §3.3); the group is the id. */
const FILE_PATTERNS: readonly { code: number; pattern: RegExp }[] = [
  { code: 403, pattern: /permission to access the File (\S+) or it may not exist/i },
  { code: 404, pattern: /\bfiles\/([a-z0-9-]+)/i },
  { code: 400, pattern: /The File (\S+) is not in an ACTIVE state/i },
]
/** The second is the model's context, which windowing the history mends just as well. */
const TOO_LARGE = /Request payload size exceeds|input token count.* exceeds the maximum/i
const OVERLOADED: ReadonlySet<number> = new Set([502, 503, 529])
/** A gateway's 522 and 524 say the same as 504. */
const DEADLINE: ReadonlySet<number> = new Set([504, 522, 524])

const ROWS: readonly Row[] = [
  { kind: 'signature_rejected', when: ({ code, text }) => code === 400 && /thought.?signature/i.test(text) },
  {
    kind: 'media_gone',
    when: (failed) => goneFile(failed) !== null,
    facts: (failed) => ({ goneFiles: [goneFile(failed) ?? ''].filter(Boolean) }),
  },
  { kind: 'too_large', when: ({ code, text }) => code === 413 || (code === 400 && TOO_LARGE.test(text)) },
  { kind: 'quota_exhausted', when: (failed) => failed.code === 429 && isExhausted(failed), facts: quotaFacts },
  { kind: 'rate_limited', when: ({ code }) => code === 429, facts: quotaFacts },
  { kind: 'overloaded', when: ({ code }) => OVERLOADED.has(code), facts: (failed) => ({ retryAfterMs: askedWaitMs(failed) }) },
  // Somebody stopped the work, and it was not us: nobody can tell how far it had come.
  { kind: 'ambiguous', when: ({ code }) => code === 499 },
  {
    kind: 'upstream_fault',
    when: ({ code }) => code >= 500 || code === 408,
    facts: ({ code }) => ({ deadlineExpired: DEADLINE.has(code) }),
  },
  { kind: 'rejected', when: () => true, facts: rejectionFacts },
]

export function classifyError(failed: ErrorCase): Classified {
  const row = ROWS.find(({ when }) => when(failed))
  return { kind: row?.kind ?? 'rejected', facts: row?.facts?.(failed) ?? {} }
}

function goneFile({ code, text }: ErrorCase): string | null {
  for (const row of FILE_PATTERNS) {
    const id = row.code === code ? row.pattern.exec(text)?.[1] : undefined
    if (id !== undefined) return id.replace(/^.*files\//, '').replace(/[.,]$/, '')
  }
  return null
}

function askedWaitMs({ error, retryAfter }: ErrorCase): number | null {
  return retryDelayMs(error, retryAfter)
}

/** No wait helps today: a daily quota, a quota of nothing, or no word of when to come back. */
function isExhausted(failed: ErrorCase): boolean {
  const quotas = failed.error === null ? [] : quotaViolations(failed.error)
  if (clearsLater(failed)) return true
  return askedWaitMs(failed) === null && !quotas.some(({ period }) => period === 'minute')
}

/** Whether the delay named beside it misleads: 38 s was seen beside a daily quota. */
function clearsLater({ error }: ErrorCase): boolean {
  return error !== null && quotaViolations(error).some(({ period, limit }) => period === 'day' || limit === 0)
}

function quotaFacts(failed: ErrorCase): FailureFacts {
  return {
    quotas: failed.error === null ? [] : quotaViolations(failed.error),
    retryAfterMs: clearsLater(failed) ? null : askedWaitMs(failed),
  }
}
