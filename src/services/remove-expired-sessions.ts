import { expiredSessions } from '../db/expired-sessions.ts'
import { describeError } from '../domain/describe-error.ts'
import type { Installation } from './context.ts'
import { deleteSession } from './delete-session.ts'

const AT_ONCE = 200

/** Deletes sessions whose time is up, exactly as their owner would. One that cannot be deleted now is tried again next time. */
export async function removeExpiredSessions(inst: Installation): Promise<void> {
  for (const { id, tenantId } of await expiredSessions(inst.db, inst.clock.nowMs(), AT_ONCE)) {
    const ctx = { ...inst, principal: { tenantId, kind: 'tenant', sessionId: null } as const, requestId: 'retention', traceParent: null }
    await deleteSession({ ctx, input: { sessionId: id } }).then(
      (removed) => inst.logger.info('session.expired', { session: id, ...removed }),
      (error: unknown) => inst.logger.warn('session.expiry_failed', { session: id, error: describeError(error) }),
    )
  }
}
