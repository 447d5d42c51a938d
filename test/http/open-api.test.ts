import { describe, expect, it } from 'vitest'
import { REQUEST_ERRORS, TURN_ERRORS } from '../../src/domain/problem.ts'
import { openClosedApp } from './open-app.ts'

interface Operation {
  operationId: string
  tags: string[]
  security: unknown[]
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>
}

const app = openClosedApp()
const answer = await app.request('/openapi.json')
const document = await answer.json()
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, for anyone', () => {
    expect(answer.status).toBe(200)
    expect(document.openapi).toBe('3.1.0')
  })

  it('documents the routes that are served, all of them and no others', () => {
    const pages = ['/openapi.json', '/', '/dashboard', '/docs', '/assets/:file']
    const served = app.routes.filter(({ method, path }) => method !== 'ALL' && !pages.includes(path))
    const names = new Set(served.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`))
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual([...names].sort())
  })

  it('gives each operation a name of its own and a tag that is explained', () => {
    const tags = document.tags.map(({ name }: { name: string }) => name)
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    for (const { operation } of operations) expect(tags).toEqual(expect.arrayContaining(operation.tags))
  })

  it('knows every code, of requests and of turns', () => {
    const { Problem, TurnProblem } = document.components.schemas
    const all = new Set([...Object.keys(REQUEST_ERRORS), ...Object.keys(TURN_ERRORS)])
    expect([...Problem.properties.code.enum].sort()).toEqual(Object.keys(REQUEST_ERRORS).sort())
    expect([...TurnProblem.properties.code.enum].sort()).toEqual([...all].sort())
  })

  it('answers errors as problems, under statuses that their codes have', () => {
    const statuses = new Set(Object.values(REQUEST_ERRORS).map(({ status }) => String(status)))
    for (const { operation } of operations) {
      const failures = Object.entries(operation.responses).filter(
        ([status, { content }]) => status >= '400' && !content?.['application/json'],
      )
      for (const [status, { content }] of failures) {
        expect(statuses).toContain(status)
        expect(content?.['application/problem+json']?.schema.$ref).toBe('#/components/schemas/Problem')
      }
    }
  })

  it('has 401 on everything but the probes', () => {
    const open = operations.filter(({ operation }) => !('401' in operation.responses)).map(({ path }) => path)
    expect(open.sort()).toEqual(['/healthz', '/readyz'])
  })

  it('refers to nothing that is not there', () => {
    const named = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)
    for (const [, name] of named) expect(document.components.schemas).toHaveProperty(name ?? '')
  })
})
