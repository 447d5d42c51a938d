/** Sessions on the wire. */
import { z } from '@hono/zod-openapi'
import type { SessionSettings } from '../../domain/session.ts'
import { DELETED_SESSION, FORK, NEW_SESSION, NEW_TOKEN, SESSION_CHANGES, SESSION_SHOWN, TOKEN } from './examples/session.ts'
import { CostUsd, idOf, Timestamp } from './scalars.ts'
import { Models, SETTINGS_SHOWN, Settings } from './settings.ts'

export const NewSession = Settings.transform(toSettings).openapi('NewSession', { example: NEW_SESSION })

export const SessionChanges = Settings.extend({ headTurnId: idOf('trn').nullable() })
  .partial()
  .transform(({ headTurnId, ...given }) => ({ ...toSettings(given), ...(headTurnId === undefined ? {} : { headTurnId }) }))
  .openapi('SessionChanges', {
    example: SESSION_CHANGES,
    description: 'Only what is named changes. `headTurnId` is undo and redo; null: before the first turn',
  })

export const Fork = z.strictObject({ turnId: idOf('trn') }).openapi('Fork', { example: FORK })

export const SessionResource = z
  .strictObject({
    id: idOf('ses'),
    ...SETTINGS_SHOWN,
    models: Models.openapi({ description: 'The chain its turns go through: its own, or the one `strategy` resolves to' }),
    expiresAt: Timestamp.nullable(),
    headTurnId: idOf('trn')
      .nullable()
      .openapi({ description: 'What the next turn builds on. It moves on success only, and only if it still is the turn’s parent' }),
    turnCount: z.int(),
    costUsd: CostUsd,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .openapi('Session', { example: SESSION_SHOWN })

export const DeletedSession = z
  .strictObject({ turns: z.int(), media: z.int(), bytes: z.int(), upstreamFiles: z.int() })
  .openapi('DeletedSession', { example: DELETED_SESSION, description: 'How much was removed; `bytes` of media that nothing else uses' })

const HOUR_MS = 3_600_000

export const NewToken = z
  .strictObject({
    expiresInMs: z
      .int()
      .min(1000)
      .max(24 * HOUR_MS)
      .default(HOUR_MS),
  })
  .openapi('NewToken', { example: NEW_TOKEN })

export const TokenResource = z.strictObject({ token: z.string(), expiresAt: Timestamp }).openapi('Token', {
  example: TOKEN,
  description: 'Good for this session, its turns and media; as Bearer, or `?token=` where no header can be set',
})

type Given = z.output<typeof Settings>

/** Leaves out what was not named, so that a change never resets anything else. */
function toSettings({ expiresAt, ...given }: Given): Partial<SessionSettings> {
  const named = Object.entries({ ...given, expiresAtMs: expiresAt }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(named)
}
