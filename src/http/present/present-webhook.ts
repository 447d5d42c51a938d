/** What a webhook says: the payload of the Standard Webhooks specification, with the turn as the API shows it. */
import type { z } from '@hono/zod-openapi'
import type { EventType } from '../../domain/event.ts'
import type { MediaUrls } from '../../domain/ports.ts'
import type { Turn } from '../../domain/turn.ts'
import { toIso } from '../../runtime/instant.ts'
import type { TurnResource } from '../contract/turn.ts'
import { linksFrom } from './media-links.ts'
import { presentTurn } from './present-turn.ts'

export interface WebhookPayload {
  type: EventType
  /** When it happened, RFC 3339. */
  timestamp: string
  data: z.input<typeof TurnResource>
}

export type PresentWebhook = (turn: Turn, event: { type: EventType; atMs: number }) => Promise<WebhookPayload>

/** `publicUrl`: nobody asked for this, so only the configuration knows by what address we are reached. */
export function createWebhookPresenter(publicUrl: string, mediaUrls: MediaUrls): PresentWebhook {
  const links = linksFrom(publicUrl, mediaUrls)
  return async (turn, { type, atMs }) => ({ type, timestamp: toIso(atMs), data: await presentTurn(turn, links) })
}
