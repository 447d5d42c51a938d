/**
 * Prints what each strategy makes of the published scenarios: `npm run simulate [seed] [turns per second]`.
 * Same seed, same table. Without a seed, the one of the table in the README.
 */
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { STRATEGIES } from '../../src/domain/session.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { chainOf } from './chains.ts'
import { SCENARIOS } from './scenarios.ts'
import { summaryOf } from './summary.ts'
import { logFingerprint, witnesses } from './witnesses.ts'
import { playWorld } from './world.ts'

const seed = Number(process.argv[2] ?? 20_261_101)
const turnsPerSecond = Number(process.argv[3] ?? 5)
const policies = loadPolicy(undefined)
const startMs = 1_793_534_400_000

const rows: string[] = []
for (const scenario of SCENARIOS) {
  for (const strategy of STRATEGIES) {
    const chain = chainOf(BUILT_IN_CATALOGUE.chains[strategy])
    const first = chain[0]?.entry.id ?? ''
    const fingerprint = logFingerprint()
    const turns = Math.round((scenario.lastsMs / 1_000) * turnsPerSecond)
    const world = { seed, policies, strategy, chain, forecast: scenario.forecast(first), turns, gapMs: 1_000 / turnsPerSecond }
    const people = { tenants: 5, dies: 0, seemsDead: 0, stale: 0.05, cancels: 0, narrowing: {}, window: null, startMs }
    const played = summaryOf(playWorld({ ...world, ...people }, witnesses(fingerprint)), first)
    const numbers = [`${(100 * played.share).toFixed(3)} %`, `${played.medianS.toFixed(0)} s`, `${played.p95S.toFixed(0)} s`]
    const costs = [played.attemptsPerImage.toFixed(2), `$${played.usdPerImage.toFixed(3)}`, `${(100 * played.fallbackShare).toFixed(0)} %`]
    rows.push(`| ${[scenario.name, strategy, played.turns, ...numbers, ...costs].join(' | ')} |`)
  }
}
process.stdout.write(`seed ${seed}, ${turnsPerSecond} turns/s\n\n`)
process.stdout.write('| scenario | strategy | turns | with an image | median | p95 | attempts/image | money/image | by fallback |\n')
process.stdout.write(`|---|---|--:|--:|--:|--:|--:|--:|--:|\n${rows.join('\n')}\n`)
