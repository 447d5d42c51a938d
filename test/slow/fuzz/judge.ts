/** Whether an answer keeps what the contract promises of every answer. */
import { REQUEST_ERRORS } from '../../../src/domain/problem.ts'
import type { Exchange } from './exchange.ts'
import { type FuzzedRequest, parseJson } from './fuzzed-request.ts'

export interface Secrets {
  /** Of the other tenant, not to be seen by whoever does not know them already. */
  ids: readonly string[]
  /** Not to be seen at all: what the other tenant wrote, and everybody's keys. */
  texts: readonly string[]
}

/** What is wrong with it, in words; nothing is the rule. `said`: what the request itself said. */
export function judge(request: FuzzedRequest, { answer, received }: Exchange, secrets: Secrets, said: string): string[] {
  const leaked = [...secrets.texts, ...secrets.ids.filter((id) => !said.includes(id))].filter((secret) => received.includes(secret))
  const leaks = leaked.map((secret) => `shows ${secret}`)
  if (answer === null) return request.cut || isUnanswered(request) ? leaks : [...leaks, 'was not answered']
  return [...leaks, ...judgeAnswer(request, answer)]
}

/** Nobody proxies here: Node closes such connections. */
const isUnanswered = ({ method }: FuzzedRequest) => method === 'CONNECT'

type Answer = NonNullable<Exchange['answer']>

function judgeAnswer({ method }: FuzzedRequest, { status, headers, body }: Answer): string[] {
  const wrong: string[] = []
  if (!headers.has('x-request-id')) wrong.push('has no X-Request-Id')
  if (status >= 500 && status !== 503) wrong.push(`is a ${status}`)
  if (status < 400 || method === 'HEAD') return wrong
  if (headers.get('content-type') !== 'application/problem+json') return [...wrong, `is no problem, but ${headers.get('content-type')}`]
  const problem = parseJson(body) as Record<string, unknown> | undefined
  if (problem === undefined) return [...wrong, 'is a problem that is no JSON']
  if (!(String(problem.code) in REQUEST_ERRORS)) wrong.push(`has the unknown code ${problem.code}`)
  if (status === 503 && problem.code !== 'unavailable') wrong.push(`is a 503 with the code ${problem.code}`)
  if (problem.status !== status) wrong.push(`says ${problem.status} under ${status}`)
  if (problem.requestId === undefined || problem.requestId !== headers.get('x-request-id')) wrong.push('has a requestId of another request')
  return wrong
}
