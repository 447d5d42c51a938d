/** Events on the wire: what each `data:` line of a stream holds. */
import { z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../../domain/event.ts'
import { EVENT_SHOWN, EVENTS } from './examples/turn.ts'
import { Instant, idOf, Timestamp } from './scalars.ts'
import { TurnResource } from './turn.ts'

export const EventResource = z
  .looseObject({
    type: z.enum(EVENT_TYPES),
    turnId: idOf('trn'),
    sessionId: idOf('ses'),
    seq: z.int(),
    at: Timestamp,
    turn: TurnResource.optional().openapi({ description: 'The whole turn, on the event that ends it' }),
  })
  .openapi('Event', {
    example: EVENT_SHOWN,
    description: 'Besides these: `untilMs`, `because`, `attempt`, `next`, `waitMs`, `text`, `mediaId`, `url` … as its type calls for',
  })

/** What an event stream answers. */
export const EventStream = z.string().openapi('EventStream', {
  example: EVENTS,
  description:
    'Server-sent events: `id`, `event` (the type) and `data` (an Event as JSON); a comment every 15 s. Resume with Last-Event-ID',
  // OpenAPI 3.2 knows `itemSchema` for this; 3.1 has no word for it.
  'x-itemSchema': { $ref: '#/components/schemas/Event' },
})

export const TenantEventsQuery = z.strictObject({
  since: Instant.optional().openapi({
    description: 'Without Last-Event-ID: begin with what happened then, the newest 5,000 events at most; absent: with the first of all',
  }),
})
