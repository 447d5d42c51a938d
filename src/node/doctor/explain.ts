/** Errors in words that help: by their code, where it is one that operators meet. */
import { describeError } from '../../domain/describe-error.ts'
import type { Clock } from '../../domain/ports.ts'

/** Codes of Node, of the PostgreSQL client and of PostgreSQL (appendix A of its manual). */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it breaks the connection off',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'names cannot be looked up just now',
  ETIMEDOUT: 'it does not answer',
  CONNECT_TIMEOUT: 'it does not answer',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'it is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
  EADDRNOTAVAIL: 'this machine has no such address',
  '28P01': 'the password is wrong',
  '28000': 'this user may not connect',
  '3D000': 'there is no such database',
  '53300': 'it has too many connections already',
}

export function explain(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  return WORDS[code] ?? (inner instanceof NoAnswer ? inner.message : describeError(inner))
}

class NoAnswer extends Error {
  override name = 'NoAnswer'
}

/** What `answer` gives; throws when it has not after `ms`. */
export async function soon<Answer>(clock: Clock, ms: number, answer: PromiseLike<Answer>): Promise<Answer> {
  const answered = new AbortController()
  const silence = clock.sleep(ms, answered.signal).then(
    () => Promise.reject(new NoAnswer(`there was no answer within ${ms / 1_000} s`)),
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([answer, silence])
  } finally {
    answered.abort('answered')
  }
}
