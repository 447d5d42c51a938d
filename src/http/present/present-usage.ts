/** Usage, from the services to the wire. */
import type { z } from '@hono/zod-openapi'
import { toIso } from '../../runtime/instant.ts'
import type { Usage, UsageGroup } from '../../services/get-usage.ts'
import type { UsageReport } from '../contract/usage.ts'

/** What the key of a group is called. */
const KEY_NAMES: Readonly<Record<UsageGroup, string>> = { day: 'day', model: 'model', session: 'sessionId', tenant: 'tenant' }

export function presentUsage({ fromMs, toMs, groupBy, total, data }: Usage): z.input<typeof UsageReport> {
  const name = KEY_NAMES[groupBy]
  return { from: toIso(fromMs), to: toIso(toMs), groupBy, total, data: data.map(({ key, ...receipt }) => ({ [name]: key, ...receipt })) }
}
