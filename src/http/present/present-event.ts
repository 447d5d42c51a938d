/** Events, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { TurnEvent } from '../../domain/event.ts'
import type { Turn } from '../../domain/turn.ts'
import { toIso } from '../../runtime/instant.ts'
import type { EventResource } from '../contract/event.ts'
import type { MediaLinks } from './media-links.ts'
import { presentTurn } from './present-turn.ts'

/** With the address of the picture it tells of, and with the whole `turn` on the event that ends it. */
export async function presentEvent(event: TurnEvent, turn: Turn | null, links: MediaLinks): Promise<z.input<typeof EventResource>> {
  const { mediaId } = event.data
  return {
    ...event.data,
    ...(typeof mediaId === 'string' ? { url: await links.content(event.tenantId, mediaId) } : {}),
    type: event.type,
    turnId: event.turnId,
    sessionId: event.sessionId,
    seq: event.seq,
    at: toIso(event.atMs),
    ...(turn === null ? {} : { turn: await presentTurn(turn, links) }),
  }
}
