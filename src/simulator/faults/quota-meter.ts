import { pacificDay, type SimulatorClock } from '../clock.ts'
import type { SimulatorSettings } from '../options.ts'
import { type QuotaName, type QuotaViolation, quotaError } from './quota-error.ts'

export type QuotaMeter = {
  /** Takes one request into account, or refuses it and takes nothing. @throws ApiError 429 */
  admit(request: { project: string; model: string; tokens: number }): void
  reset(): void
}

const MINUTE_MS = 60_000

type Use = { atMs: number; amount: number }
type Account = { uses: Use[]; day: string; today: number }

/** Enforces the configured quotas per project and model: sliding minutes, and days that end at midnight in California. */
export function createQuotaMeter({ clock, quotas }: { clock: SimulatorClock; quotas: SimulatorSettings['quotas'] }): QuotaMeter {
  const accounts = new Map<string, Account>()

  const accountOf = (key: string): Account => {
    const day = pacificDay(clock.nowMs())
    const found = accounts.get(key)
    const uses = (found?.uses ?? []).filter(({ atMs }) => atMs > clock.nowMs() - MINUTE_MS)
    const account = { uses, day, today: found?.day === day ? found.today : 0 }
    accounts.set(key, account)
    return account
  }

  return {
    admit({ project, model, tokens }) {
      const quota = quotas[model] ?? quotas['*']
      if (!quota) return
      const account = accountOf(`${project} ${model}`)
      const spent = account.uses.reduce((sum, { amount }) => sum + amount, 0)
      const checks: [QuotaName, number | undefined, number][] = [
        ['requests', quota.rpm, account.uses.length + 1],
        ['images', quota.ipm, account.uses.length + 1],
        ['tokens', quota.tpm, spent + tokens],
        ['day', quota.rpd, account.today + 1],
      ]
      const violations = checks.flatMap(([name, limit, wanted]): QuotaViolation[] =>
        limit !== undefined && wanted > limit ? [{ quota: name, limit }] : [],
      )
      if (violations.length > 0) throw quotaError({ model, violations, ...retryDelays(account, clock.nowMs()) })
      account.uses.push({ atMs: clock.nowMs(), amount: tokens })
      account.today += 1
    },
    reset: () => accounts.clear(),
  }
}

/** Until the oldest use leaves the minute, for daily quotas too: there the real one misleads as well (wire-facts §4). */
function retryDelays({ uses }: Account, nowMs: number): { retryDelay: string; fineDelay: string } {
  const waitMs = Math.max(0, (uses[0]?.atMs ?? nowMs - MINUTE_MS + 38_000) + MINUTE_MS - nowMs)
  return { retryDelay: `${Math.floor(waitMs / 1000)}s`, fineDelay: `${(waitMs / 1000).toFixed(9)}s` }
}
