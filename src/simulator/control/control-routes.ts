import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { isoTime } from '../clock.ts'
import { faultRuleSchema } from '../faults/fault-rule.ts'
import type { Exchange } from '../http/exchange.ts'

/** The simulator's own routes under `/simulator/`, for tests and demos: JSON in, JSON out, no key, not logged. */
export const CONTROL_ROUTES: Readonly<Record<string, (exchange: Exchange) => Promise<unknown> | unknown>> = {
  'GET /simulator/log': ({ simulation }) => ({ requests: simulation.log.entries() }),
  'GET /simulator/counts': ({ simulation }) => simulation.log.counts(),
  'GET /simulator/files': ({ simulation }) => ({
    files: simulation.files.list().map(({ id, project, mimeType, content, expiresMs }) => {
      return { id, project, mimeType, sizeBytes: content.byteLength, sha256: content.sha256, expiresAt: isoTime(expiresMs, 6) }
    }),
  }),
  'PUT /simulator/faults': async (exchange) => {
    const rules = z.array(faultRuleSchema).parse(await readJson(exchange))
    exchange.simulation.faults.set(rules)
    return { rules: rules.length }
  },
  'POST /simulator/clock': async (exchange) => {
    const { advanceMs } = z.strictObject({ advanceMs: z.number().min(0) }).parse(await readJson(exchange))
    exchange.simulation.clock.advance(advanceMs)
    return { nowMs: exchange.simulation.clock.nowMs() }
  },
  'POST /simulator/reset': ({ simulation }) => {
    simulation.reset()
    return {}
  },
}

/** Answers a control call: 404 for an unknown one, 400 with the reasons for a body that is not what it should be. */
export async function handleControl(exchange: Exchange): Promise<void> {
  const route = CONTROL_ROUTES[`${exchange.request.method} ${exchange.url.pathname}`]
  if (!route) return reply(exchange, 404, { error: 'no such route', routes: Object.keys(CONTROL_ROUTES) })
  try {
    reply(exchange, 200, await route(exchange))
  } catch (cause) {
    if (!(cause instanceof z.ZodError) && !(cause instanceof SyntaxError)) throw cause
    reply(exchange, 400, { error: cause instanceof z.ZodError ? z.prettifyError(cause) : cause.message })
  }
}

async function readJson({ request }: Exchange): Promise<unknown> {
  return JSON.parse(await text(request))
}

function reply({ response }: Exchange, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
