/** Why a request was rejected for good: the first row that fits says who can mend it (wire-facts §4, §1.2). */
import type { FailureFacts, RejectionCause } from '../domain/failure.ts'
import type { ErrorCase } from './error-case.ts'

const CAUSES: readonly { cause: RejectionCause; when(failed: ErrorCase): boolean }[] = [
  {
    cause: 'key',
    when: ({ code, reasons, text }) => code === 401 || reasons.some((r) => r.startsWith('API_KEY')) || /api key/i.test(text),
  },
  { cause: 'billing', when: ({ code, text }) => code === 402 || /billing/i.test(text) },
  { cause: 'region', when: ({ text }) => /location is not supported|not available in your (country|region)/i.test(text) },
  { cause: 'model', when: ({ code, text }) => code === 404 && /\bmodels?\b/i.test(text) },
  { cause: 'permission', when: ({ code }) => code === 403 },
  { cause: 'field', when: (failed) => complainedField(failed) !== null },
]

/** Ways in which a message names the field it complains of. */
const FIELD_PATTERNS: readonly RegExp[] = [
  /Unknown name "(?<name>[^"]+)" at '(?<path>[^']+)'/,
  /Unknown name "(?<name>[^"]+)"/,
  /Invalid value at '(?<path>[^']+)'/,
  /^\* (?<path>[\w.[\]]+):/m,
]

export function rejectionFacts(failed: ErrorCase): FailureFacts {
  const cause = CAUSES.find((row) => row.when(failed))?.cause ?? 'other'
  return { rejection: cause, field: cause === 'field' ? complainedField(failed) : null }
}

function complainedField({ error, text }: ErrorCase): string | null {
  const violated = error?.details.flatMap(({ fieldViolations }) => fieldViolations ?? [])[0]?.field
  if (violated) return violated
  for (const pattern of FIELD_PATTERNS) {
    const found = pattern.exec(text)?.groups
    if (found) return [found.path, found.name].filter(Boolean).join('.')
  }
  return null
}
