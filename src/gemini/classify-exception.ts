/** What a connection that broke, or an answer that cannot be read, means for an attempt. */

import type { Billed } from '../domain/billed.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { EndedBy } from './attempt-timeout.ts'
import { TransportError } from './transport.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

export interface Broken {
  outcome: FailureKind
  billed: Billed
  message: string
}

/**
 * Null for an error that is ours (storage, a bug): it is no outcome of an attempt. A request that provably never arrived
 * whole was not carried out, whoever ended it: a timeout or a reset in mid-upload is as harmless as a refused connection.
 */
export function classifyException(error: unknown, endedBy: EndedBy, timeoutMs: number): Broken | null {
  if (error instanceof UnreadableAnswer) return { outcome: 'ambiguous', billed: 'maybe', message: error.message }
  if (!(error instanceof TransportError)) return null
  const unsent = error.sent === 'no'
  if (endedBy === 'caller') return { outcome: 'canceled', billed: unsent ? 'no' : 'maybe', message: 'canceled' }
  const words = endedBy === 'timeout' ? `no whole answer within ${timeoutMs} ms` : error.message
  if (unsent) return { outcome: 'unreachable', billed: 'no', message: `${words}; the request was not sent` }
  return { outcome: 'ambiguous', billed: 'maybe', message: words }
}
