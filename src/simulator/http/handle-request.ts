import type { IncomingMessage, ServerResponse } from 'node:http'
import { ZodError } from 'zod'
import { handleControl } from '../control/control-routes.ts'
import { greeting } from '../greeting.ts'
import type { Simulation } from '../simulation.ts'
import { ApiError } from '../wire/api-error.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { ApiExchange, Exchange } from './exchange.ts'
import { meddle } from './meddle.ts'
import { ROUTES, type Route } from './routes.ts'
import { sendError } from './send.ts'

/** Takes one request to its end: finds the route, logs it, and turns what is thrown into an answer. */
export async function handleRequest(simulation: Simulation, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const baseUrl = `http://${request.headers.host ?? '127.0.0.1'}`
  const url = new URL(request.url ?? '/', baseUrl)
  const caller = new AbortController()
  response.once('close', () => caller.abort())
  const exchange: Exchange = { simulation, request, response, url, params: {}, signal: caller.signal, baseUrl }
  if (url.pathname.startsWith('/simulator/')) return handleControl(exchange)
  // The one path where the API has nothing to say, and people look first.
  if (request.method === 'GET' && url.pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(greeting(baseUrl))
    return
  }

  const route = ROUTES.find(
    ({ verb, path, needs }) => verb === request.method && path.test(url.pathname) && (!needs || url.searchParams.has(needs)),
  )
  if (!route) {
    response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' }).end('<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>\n')
    return
  }
  await runRoute({ ...exchange, params: { ...route.path.exec(url.pathname)?.groups } }, route)
}

async function runRoute(exchange: Exchange, route: Route): Promise<void> {
  const { simulation, response, params } = exchange
  const entry = simulation.log.open({
    call: route.call,
    method: route.method,
    model: route.call === 'generate' ? (params.id ?? '') : '',
    headers: recordedHeaders(exchange),
  })
  response.once('close', () => {
    if (!response.writableFinished && ['open', 'answered'].includes(entry.outcome)) entry.outcome = 'client_gone'
    simulation.log.close(entry)
  })
  const apiExchange: ApiExchange = { ...exchange, entry }
  try {
    if (await meddle(apiExchange)) await route.handle(apiExchange)
  } catch (cause) {
    const brokeOff = exchange.request.destroyed && !exchange.request.complete
    if (exchange.signal.aborted || brokeOff) return
    const error = errorFrom(cause)
    if (entry.outcome !== 'fault') entry.outcome = error.code === 500 && !(cause instanceof ApiError) ? 'defect' : 'refused'
    sendError(apiExchange, error)
  }
}

/** A defect of the simulator itself is answered with its message: it must not look like the API's own 500. */
function errorFrom(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  if (cause instanceof ZodError) return catalogueError('invalid_argument')
  return new ApiError({ code: 500, status: 'SIMULATOR_DEFECT', message: String(cause) })
}

function recordedHeaders({ simulation, request }: Exchange): Record<string, string> {
  return Object.fromEntries(
    simulation.settings.recordHeaders.flatMap((name) => {
      const value = request.headers[name]
      return value === undefined ? [] : [[name, String(value)]]
    }),
  )
}
