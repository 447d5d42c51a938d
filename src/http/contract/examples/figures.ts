/** How the service fares, as examples. */
import { BEGAN_AT, FIRST_MODEL, SECOND_MODEL } from './ids.ts'

const FIGURES = {
  requests: 41,
  turns: { succeeded: 40, failed: 1 },
  attempts: 48,
  succeeded: 41,
  failed: 7,
  successRate: 0.8542,
  latencyMs: { p50: 24_310, p95: 41_800, p99: 55_120 },
  byHttpStatus: { 200: 41, 503: 6, none: 1 },
  byOutcome: { succeeded: 41, overloaded: 6, ambiguous: 1 },
  fallbacks: 2,
  fallbackRate: 0.0488,
  retriesPerSuccess: 0.122,
  costUsd: 5.36,
}

export const STATS = {
  window: '1h',
  since: '2026-11-20T10:46:00.000Z',
  ...FIGURES,
  queue: { depth: 1, oldestMs: 2_310 },
  degradedMode: false,
  degradedStrategies: [],
  quotas: [{ project: 'default', model: FIRST_MODEL, limits: { rpm: 60, rpd: 5_000 }, requestsToday: 412, state: 'free', until: null }],
  models: [{ model: FIRST_MODEL, endpoint: 'gemini', breaker: 'closed', ...FIGURES }],
}

const RECEIPT = {
  requests: 41,
  attempts: 48,
  succeeded: 41,
  costUsd: 5.36,
  billed: { yes: 41, maybe: 1 },
  maybeCostUsd: 0.134,
  tokens: {
    ...{ prompt: 46_822, output: 45_920, thought: 8_774 },
    promptByModality: { TEXT: 902, IMAGE: 45_920 },
    outputByModality: { IMAGE: 45_920 },
  },
  waitMs: 13_860,
}

export const USAGE_REPORT = {
  from: '2026-11-20T00:00:00.000Z',
  to: '2026-11-20T12:00:00.000Z',
  groupBy: 'day',
  total: RECEIPT,
  data: [{ day: '2026-11-20', ...RECEIPT }],
}

export const ALERT = {
  rule: 'overloaded',
  severity: 'warning',
  state: 'firing',
  tenant: 'acme',
  subject: null,
  since: BEGAN_AT,
  resolvedAt: null,
  value: 0.42,
  threshold: 0.3,
}

export const MODEL = {
  id: FIRST_MODEL,
  aliases: ['nano-banana-pro'],
  status: 'current',
  successor: null,
  sizes: ['1K', '2K', '4K'],
  aspectRatios: ['1:1', '4:3', '16:9'],
  referenceImagesMax: 14,
  prices: { inputPerMTok: 2, textOutputPerMTok: 12, imageOutputPerMTok: 120, imageTokens: { '1K': 1_120, '2K': 1_120, '4K': 2_000 } },
  timeoutMs: { '1K': 180_000, '2K': 180_000, '4K': 360_000 },
  health: { state: 'closed', successRate: 0.8542 },
}

export const METRICS = [
  '# HELP upstream_attempts_total Attempts that ended, by outcome.',
  '# TYPE upstream_attempts_total counter',
  `upstream_attempts_total{model="${SECOND_MODEL}",outcome="succeeded"} 2`,
  '',
].join('\n')

export const LIVENESS = { status: 'ok', version: '0.1.0' }
export const READINESS = { ready: true, checks: { database: 'ok', draining: 'ok' } }
