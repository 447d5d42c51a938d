/** `/openapi.json`: OpenAPI 3.1, made from the schemas that check the traffic. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { REQUEST_ERRORS } from '../domain/problem.ts'
import { EventResource } from './contract/event.ts'
import { problemExample } from './contract/examples/problems.ts'
import { TurnProblem } from './contract/problem.ts'
import { SECURITY_SCHEMES } from './contract/security.ts'
import type { HttpApp } from './env.ts'
import type { HttpConfig } from './http-config.ts'
import { codesOf, operationOf, type Route } from './route.ts'

const TAGS = [
  { name: 'Sessions', description: 'A session is a tree of turns and the settings they inherit' },
  { name: 'Turns', description: 'A turn is one edit: asked for, tried, and ended' },
  { name: 'Events', description: 'What happens, as it happens' },
  { name: 'Media', description: 'Images given and made' },
  { name: 'Models', description: 'What can be asked' },
  { name: 'Operations', description: 'Figures, receipts and probes' },
]

/** The document of these routes. `publicUrl`: the origin the outside reaches the service by; null: wherever the document came from. */
export function describeApi(routes: readonly Route[], { version, publicUrl }: Pick<HttpConfig, 'version' | 'publicUrl'>) {
  const described = new OpenAPIHono()
  const { openAPIRegistry } = described
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  for (const code of new Set(routes.flatMap(codesOf))) {
    openAPIRegistry.registerComponent('examples', code, { summary: REQUEST_ERRORS[code].title, value: problemExample(code) })
  }
  openAPIRegistry.register('Event', EventResource)
  openAPIRegistry.register('TurnProblem', TurnProblem)
  for (const route of routes) openAPIRegistry.registerPath(operationOf(route))
  return described.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Pentimento',
      version,
      contact: { name: 'The maintainers of Pentimento' },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      description: 'Conversations that edit images. Every error is application/problem+json; every response carries X-Request-Id.',
    },
    servers: [{ url: publicUrl ?? '/', description: 'This installation' }],
    tags: TAGS,
  })
}

/** Serves the document of `routes`. */
export function serveOpenApi(app: HttpApp, routes: readonly Route[], config: HttpConfig): void {
  const document = describeApi(routes, config)
  app.get('/openapi.json', (c) => {
    c.set('route', '/openapi.json')
    return c.json(document)
  })
}
