/** New turns: submitted, planned, or made again (api.md, Turns). */
import type { ImageBlob } from '../../domain/part.ts'
import { getSession } from '../../services/get-session.ts'
import { planTurn } from '../../services/plan-turn.ts'
import { previewImage } from '../../services/preview-image.ts'
import { regenerateTurn } from '../../services/regenerate-turn.ts'
import { storeMedia } from '../../services/store-media.ts'
import { submitTurn } from '../../services/submit-turn.ts'
import { answerTurn } from '../answer-turn.ts'
import { BODY_ERRORS, idParam, jsonAnswer, NoFields } from '../contract/content.ts'
import { EventStream } from '../contract/event.ts'
import { RegenerateHeaders, SubmitHeaders } from '../contract/headers.ts'
import { SubmitQuery } from '../contract/paging.ts'
import { TurnPlan } from '../contract/sent-request.ts'
import { NewTurn, TurnForm, TurnResource } from '../contract/turn.ts'
import type { HttpContext } from '../env.ts'
import { invalidRequest } from '../parse/field-errors.ts'
import { readJson } from '../parse/read-json.ts'
import { pathId, readHeaders, readQuery } from '../parse/read-request.ts'
import { readTurnInput, TURN_JSON_BYTES_MAX } from '../parse/turn-input.ts'
import { presentPlan } from '../present/present-plan.ts'
import type { Route } from '../route.ts'

const tags = ['Turns']
const SMALL_BODY_BYTES = 16 * 1024
const ENDED = 'The turn has ended, one way or the other; `Location` is its address'
const GOES_ON = 'The turn goes on; ask `Location` again after `Retry-After`'

const responses = {
  200: { description: 'With `Accept: text/event-stream`: its events', content: { 'text/event-stream': { schema: EventStream } } },
  201: jsonAnswer(TurnResource, ENDED),
  202: jsonAnswer(TurnResource, GOES_ON),
}

const planOrEvents = {
  description: `With \`dryRun=true\`: the plan. ${responses[200].description}`,
  content: { 'application/json': { schema: TurnPlan }, ...responses[200].content },
}

export const submitTurnRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/sessions/{id}/turns',
    operationId: 'submitTurn',
    summary: 'Ask for an edit',
    description:
      'Stores the turn and carries it out, whatever happens to this connection. Without `Prefer` the answer comes at once; `Prefer: wait=N` holds it until the turn has ended, `Accept: text/event-stream` answers with what happens. A turn that failed is an answer, not an error: see its `status` and `error`. With an `Idempotency-Key` it can be sent again safely.',
    tags,
    access: 'session',
    startsWork: true,
    request: {
      params: idParam('ses'),
      query: SubmitQuery,
      headers: SubmitHeaders,
      body: { content: { 'application/json': { schema: NewTurn }, 'multipart/form-data': { schema: TurnForm } } },
    },
    responses: { ...responses, 200: planOrEvents },
    errors: [...BODY_ERRORS, 'budget_exhausted', 'session_busy', 'stale_parent', 'unreadable_image', 'idempotency_mismatch'],
    handle: async (c, deps) => {
      const ctx = c.var.services
      const sessionId = pathId(c, 'ses')
      const { dryRun } = readQuery(c, SubmitQuery)
      const { Prefer, 'Idempotency-Key': idempotencyKey = null, 'If-Match': ifMatch } = readHeaders(c, SubmitHeaders)
      // An upload to nowhere is refused before it is taken in; what is small, by its submission.
      if (!isSmall(c)) await getSession({ ctx, input: { sessionId } })
      if (dryRun) return deps.largeBodies(c, TURN_JSON_BYTES_MAX, () => answerPlan(c, sessionId, ifMatch))
      const input = await deps.largeBodies(c, TURN_JSON_BYTES_MAX, () =>
        readTurnInput(c, async (upload) => (await storeMedia({ ctx, input: upload })).media),
      )
      const expectedHeadTurnId = agreed(input.expectedHeadTurnId, ifMatch)
      const submitted = await submitTurn({ ctx, input: { ...input, sessionId, expectedHeadTurnId, idempotencyKey } })
      return answerTurn(c, deps, submitted, Prefer)
    },
  },
  {
    method: 'post',
    path: '/v1/turns/{id}/regenerate',
    operationId: 'regenerateTurn',
    summary: 'A sibling: same parent, same input',
    description:
      'A new turn beside the first, with the same parent and the same input: it takes no body. It is answered as a submitted one is.',
    tags,
    access: 'session',
    startsWork: true,
    request: { params: idParam('trn'), headers: RegenerateHeaders },
    responses,
    errors: [...BODY_ERRORS, 'budget_exhausted', 'session_busy', 'idempotency_mismatch'],
    handle: async (c, deps) => {
      const turnId = pathId(c, 'trn')
      await readJson(c, NoFields)
      const { Prefer, 'Idempotency-Key': idempotencyKey = null } = readHeaders(c, RegenerateHeaders)
      return answerTurn(c, deps, await regenerateTurn({ ctx: c.var.services, input: { turnId, idempotencyKey } }), Prefer)
    },
  },
]

/** What the turn would send; its images are looked at and forgotten. */
async function answerPlan(c: HttpContext, sessionId: string, ifMatch: string | null | undefined): Promise<Response> {
  const ctx = c.var.services
  const previews = new Map<string, ImageBlob>()
  const input = await readTurnInput(c, async (upload) => {
    const image = await previewImage({ ctx, input: upload })
    previews.set(image.sha256, image)
    return { id: image.sha256 }
  })
  const expectedHeadTurnId = agreed(input.expectedHeadTurnId, ifMatch)
  return c.json(presentPlan(await planTurn({ ctx, input: { ...input, sessionId, expectedHeadTurnId, previews } })))
}

/** Whether the body says that it is too short to bring a picture along. */
function isSmall(c: HttpContext): boolean {
  return Number(c.req.header('Content-Length') ?? Number.POSITIVE_INFINITY) <= SMALL_BODY_BYTES
}

/** The head both the body and If-Match expect. Throws `invalid_request` when they name different ones. */
function agreed(inBody: string | null | undefined, ifMatch: string | null | undefined): string | null | undefined {
  if (inBody === undefined) return ifMatch
  if (ifMatch === undefined || ifMatch === inBody) return inBody
  throw invalidRequest([{ path: 'expectedHeadTurnId', message: 'If-Match names another head' }])
}
