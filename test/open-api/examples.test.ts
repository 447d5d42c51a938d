import { z } from '@hono/zod-openapi'
import { expect, test } from 'vitest'
import { Bundle } from '../../src/domain/bundle/bundle.ts'
import { REQUEST_ERRORS } from '../../src/domain/problem.ts'
import { BUNDLE } from '../../src/http/contract/examples/session.ts'
import { RequestProblem } from '../../src/http/contract/problem.ts'
import { ROUTES } from '../../src/http/create-app.ts'
import { describeApi } from '../../src/http/open-api.ts'

const SchemaNode = z.looseObject({
  $ref: z.string().optional(),
  example: z.unknown().optional(),
  format: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
})
const Content = z.record(
  z.string(),
  z.looseObject({
    schema: z.unknown().optional(),
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ $ref: z.string() })).optional(),
  }),
)
const Operation = z.looseObject({
  operationId: z.string(),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Content.optional() })),
})
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()),
    examples: z.record(z.string(), z.object({ value: z.unknown() })),
  }),
})
type Document = z.infer<typeof Document>

const describeRoutes = (routes: typeof ROUTES) => Document.parse(describeApi(routes, { version: '0.0.0-test', publicUrl: null }))
const operationsOf = ({ paths }: Document) => Object.values(paths).flatMap((methods) => Object.values(methods))

/** Error answers that do not show each code they name, as `operation status`. */
function unshownErrors(document: Document): string[] {
  return operationsOf(document).flatMap(({ operationId, responses }) =>
    Object.entries(responses)
      .filter(([status, { content }]) => status >= '400' && !(content !== undefined && 'application/json' in content))
      .filter(([status, { description, content }]) => {
        const named = Object.keys(REQUEST_ERRORS).filter((code) => description.includes(`\`${code}\``))
        const shown = Object.entries(content?.['application/problem+json']?.examples ?? {})
        const right = shown.every(([code, { $ref }]) => {
          const { value } = document.components.examples[$ref.replace('#/components/examples/', '')] ?? {}
          const problem = RequestProblem.safeParse(value)
          return problem.success && problem.data.code === code && String(problem.data.status) === status
        })
        return (
          !right ||
          named.length === 0 ||
          named.toSorted().join() !==
            shown
              .map(([code]) => code)
              .toSorted()
              .join()
        )
      })
      .map(([status]) => `${operationId} ${status}`),
  )
}

/** Bodies and answers in JSON without an example of their own, or of what they list. */
function unshownBodies(document: Document): string[] {
  const isShown = (given: unknown): boolean => {
    const schema = SchemaNode.parse(given ?? {})
    if (schema.$ref !== undefined) return isShown(document.components.schemas[schema.$ref.replace('#/components/schemas/', '')])
    const listed = schema.properties?.data === undefined ? undefined : SchemaNode.parse(schema.properties.data).items
    return schema.example !== undefined || (listed !== undefined && isShown(listed))
  }
  return operationsOf(document).flatMap(({ operationId, requestBody, responses }) => {
    const answers = Object.entries(responses).filter(([status]) => status < '300')
    const bodies: [string, z.infer<typeof Content> | undefined][] = [
      ['body', requestBody?.content],
      ...answers.map(([status, { content }]): [string, z.infer<typeof Content> | undefined] => [status, content]),
    ]
    return bodies
      .filter(([, content]) => content !== undefined && 'application/json' in content)
      .filter(([, content]) => {
        const json = content?.['application/json']
        return json?.example === undefined && !isShown(json?.schema)
      })
      .map(([what]) => `${operationId} ${what}`)
  })
}

test('every error that an operation answers is shown by an example of that very error', () => {
  expect(unshownErrors(describeRoutes(ROUTES))).toEqual([])
})

test('every body and answer in JSON is shown by an example', () => {
  expect(unshownBodies(describeRoutes(ROUTES))).toEqual([])
})

test('the bundle shown can be imported', () => {
  expect(Bundle.safeParse(BUNDLE).error).toBeUndefined()
})

test('what lacks one would be found', () => {
  const [first] = ROUTES
  if (first === undefined) throw new Error('there are no routes')
  const plain = { description: 'An answer', content: { 'application/json': { schema: z.strictObject({ id: z.string() }) } } }
  const document = describeRoutes([{ ...first, responses: { 201: plain, 499: { description: '`invalid_request`' } } }])
  expect(unshownBodies(document)).toEqual(['createSession 201'])
  expect(unshownErrors(document)).toEqual(['createSession 499'])
})
