/** `/openapi.json`: OpenAPI 3.1, made from the schemas that check the traffic. */
import { EventResource } from './contract/event.ts'
import { TurnProblem } from './contract/problem.ts'
import { SECURITY_SCHEMES } from './contract/security.ts'
import type { HttpApp } from './env.ts'
import type { HttpConfig } from './http-config.ts'

const TAGS = [
  { name: 'Sessions', description: 'A session is a tree of turns and the settings they inherit' },
  { name: 'Turns', description: 'A turn is one edit: asked for, tried, and ended' },
  { name: 'Events', description: 'What happens, as it happens' },
  { name: 'Media', description: 'Images given and made' },
  { name: 'Models', description: 'What can be asked' },
  { name: 'Operations', description: 'Figures, receipts and probes' },
]

/** Serves the document of every route registered so far. */
export function serveOpenApi(app: HttpApp, { version, publicUrl }: HttpConfig): void {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  app.openAPIRegistry.register('Event', EventResource)
  app.openAPIRegistry.register('TurnProblem', TurnProblem)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Pentimento',
      version,
      description: 'Conversations that edit images. Every error is application/problem+json; every response carries X-Request-Id.',
    },
    ...(publicUrl === null ? {} : { servers: [{ url: publicUrl }] }),
    tags: TAGS,
  })
  app.get('/openapi.json', (c) => {
    c.set('route', '/openapi.json')
    return c.json(document)
  })
}
