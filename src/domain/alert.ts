/** What operators are told of without asking. Rules are data: `monitoring/alert-rules.ts`. */

export const ALERT_SEVERITIES = ['info', 'warning', 'error'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

export interface Alert {
  rule: string
  severity: AlertSeverity
  state: 'firing' | 'resolved'
  /** Null: it concerns the installation as a whole. */
  tenantId: string | null
  /** What of it: an endpoint, or `project/model`; null where the rule watches one thing. */
  subject: string | null
  /** Unix ms from which its condition has held. */
  sinceMs: number
  resolvedAtMs: number | null
  /** What was measured when it last fired, in the unit of `threshold`: a share from 0 to 1, a count, or ms. */
  value: number
  threshold: number
}
