/** One call of the Files API, with its failures classified like those of an attempt. */
import type { Endpoint } from '../domain/endpoint.ts'
import { FAILURE_TRAITS, type FailureFacts, type FailureKind } from '../domain/failure.ts'
import { type Clock, UpstreamFileError } from '../domain/ports.ts'
import { withTimeout } from './attempt-timeout.ts'
import { callEndpoint, type EndpointCall, readErrorText, readText } from './call-endpoint.ts'
import { classifyError } from './classify-error.ts'
import { classifyException } from './classify-exception.ts'
import { errorCase } from './error-case.ts'
import { safeMessage } from './safe-message.ts'
import type { Transport, TransportResponse } from './transport.ts'
import { readWireError } from './wire-error.ts'

/** Long enough for one chunk of 8 MiB over a slow line. */
const CALL_TIMEOUT_MS = 100_000

export interface FileCallContext {
  endpoint: Endpoint
  transport: Transport
  clock: Clock
  /** The caller's. When it aborts, its reason is thrown. */
  signal: AbortSignal
}

export interface FileAnswer {
  headers: TransportResponse['headers']
  body: string
}

/** Throws `UpstreamFileError` for every answer but 200, and for none. */
export async function callFiles(
  context: FileCallContext,
  call: Omit<EndpointCall, 'endpoint' | 'timeoutMs' | 'signal'>,
): Promise<FileAnswer> {
  const { endpoint, transport, clock, signal } = context
  return withTimeout({ clock, timeoutMs: CALL_TIMEOUT_MS, signal }, async (both, endedBy) => {
    try {
      const response = await callEndpoint(transport, { ...call, endpoint, timeoutMs: CALL_TIMEOUT_MS, signal: both })
      if (response.status !== 200) throw await refusal(endpoint, response)
      return { headers: response.headers, body: await readText(response.body) }
    } catch (error) {
      signal.throwIfAborted()
      const broken = classifyException(error, endedBy(), CALL_TIMEOUT_MS)
      throw broken === null ? error : fileError(endpoint, broken.outcome, broken.message)
    }
  })
}

/** Nobody is charged for a file: a call that broke is a call that did not come through, not an ambiguous attempt. */
export function fileError(
  endpoint: Endpoint,
  kind: FailureKind,
  message: string,
  facts: FailureFacts = {},
  httpStatus: number | null = null,
): UpstreamFileError {
  const outcome = kind === 'ambiguous' ? 'unreachable' : kind
  const billed = FAILURE_TRAITS[outcome].billed
  const words = safeMessage(message, endpoint.key)
  return new UpstreamFileError({
    outcome,
    httpStatus,
    message: words,
    facts,
    billed,
    usage: null,
    modelVersion: null,
    responseId: null,
  })
}

async function refusal(endpoint: Endpoint, { status, headers, body }: TransportResponse): Promise<UpstreamFileError> {
  const error = readWireError(await readErrorText(body))
  const { kind, facts } = classifyError(errorCase(status, error, headers['retry-after']))
  return fileError(endpoint, kind, error?.message || `status ${status} without a readable error`, facts, status)
}
