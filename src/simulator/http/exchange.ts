import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LogEntry } from '../request-log.ts'
import type { Simulation } from '../simulation.ts'

/** One request under way. */
export type Exchange = {
  simulation: Simulation
  request: IncomingMessage
  response: ServerResponse
  url: URL
  /** What the route's pattern captured. */
  params: Record<string, string>
  /** Aborts when the caller is gone. */
  signal: AbortSignal
  /** `http://127.0.0.1:8788`: as the caller reached us. */
  baseUrl: string
}

/** An exchange of the API itself, which is logged; those of the control plane are not. */
export type ApiExchange = Exchange & { entry: LogEntry }

/** Of several values of a header, the first; empty where it is absent. */
export function header({ request }: Exchange, name: string): string {
  const value = request.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
