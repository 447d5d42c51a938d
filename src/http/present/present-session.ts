/** Sessions, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { Catalogue } from '../../domain/catalogue.ts'
import type { Session } from '../../domain/session.ts'
import { toIso } from '../../runtime/instant.ts'
import type { SessionResource } from '../contract/session.ts'
import { isoOrNull } from './iso-or-null.ts'

/** `models` is the chain the session's turns go through, its own or the one its strategy resolves to. */
export function presentSession(session: Session, catalogue: Catalogue): z.input<typeof SessionResource> {
  return {
    id: session.id,
    title: session.title,
    metadata: session.metadata,
    strategy: session.strategy,
    models: [...(session.models ?? catalogue.chains[session.strategy])],
    image: session.image,
    systemInstruction: session.systemInstruction,
    safetySettings: [...session.safetySettings],
    history: session.history,
    policy: session.policy,
    onConflict: session.onConflict,
    onDisconnect: session.onDisconnect,
    budgetUsd: session.budgetUsd,
    expiresAt: isoOrNull(session.expiresAtMs),
    headTurnId: session.headTurnId,
    turnCount: session.turnCount,
    costUsd: session.costUsd,
    createdAt: toIso(session.createdAtMs),
    updatedAt: toIso(session.updatedAtMs),
  }
}
