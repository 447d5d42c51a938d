import { listAlertRows } from '../db/alert-queries.ts'
import type { Alert } from '../domain/alert.ts'
import type { Verb } from './context.ts'
import { visibleTenant } from './scope.ts'

const RESOLVED_SHOWN_MS = 86_400_000

/** Alerts that fire, and those of the last day that did: the caller's and the installation's, or everyone's for the admin. */
export const listAlerts: Verb<Record<string, never>, Alert[]> = async ({ ctx }) =>
  listAlertRows(ctx.db, visibleTenant(ctx), ctx.clock.nowMs() - RESOLVED_SHOWN_MS)
