import { errorOfFault } from '../faults/error-of-fault.ts'
import type { ApiExchange } from './exchange.ts'
import { sendHtml } from './send-html.ts'

/**
 * The faults of calls other than generation: errors, HTML, silence, a dropped connection, latency, expiry of all files.
 * @returns whether the call goes on
 * @throws ApiError
 */
export async function meddle(exchange: ApiExchange): Promise<boolean> {
  const { entry, simulation, request, response, signal } = exchange
  if (entry.call === 'generate') return true
  for (const fault of simulation.faults.due({ call: entry.call, n: entry.n, nOfModel: entry.nOfModel, model: '', prompt: '' })) {
    entry.fault = fault.kind
    if (fault.kind === 'expire_files') simulation.files.expireAll()
    if (fault.kind === 'latency') await simulation.clock.sleep(fault.ms, signal)
    const error = errorOfFault(fault, '')
    if (!error && fault.kind !== 'gateway_html' && fault.kind !== 'silence' && fault.kind !== 'drop') continue
    entry.outcome = 'fault'
    for await (const chunk of request) entry.requestBytes += chunk.length
    if (error) throw error
    if (fault.kind === 'gateway_html') sendHtml(exchange, fault.status)
    if (fault.kind === 'drop') response.destroy()
    return false
  }
  return true
}
