import { LIMIT_POLICIES, type LimitStanding } from '../../domain/limit.ts'

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): the limit, what is left of it, and until when. */
export function rateLimitHeaders({ name, max, remaining, resetMs }: LimitStanding): Record<string, string> {
  const { policy, unit, windowS } = LIMIT_POLICIES[name]
  const counted = unit === 'requests' ? '' : `;qu="${unit}"`
  const over = windowS === null ? '' : `;w=${windowS}`
  const until = resetMs === null ? '' : `;t=${Math.ceil(resetMs / 1000)}`
  return { 'RateLimit-Policy': `"${policy}";q=${max}${counted}${over}`, RateLimit: `"${policy}";r=${remaining}${until}` }
}
