/**
 * Prints what each strategy makes of the published scenarios: `npm run simulate [seed] [turns per second]`.
 * Same seed, same table. Without a seed, the one of the table in the README.
 */
import { STRATEGIES } from '../../src/domain/session.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { playScenario } from './play-scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import type { Summary } from './summary.ts'

const seed = Number(process.argv[2] ?? 20_261_101)
const turnsPerSecond = Number(process.argv[3] ?? 5)
const load = { seed, turnsPerSecond, policies: loadPolicy(undefined) }

function line(name: string, { turns, share, medianS, p95S, attemptsPerImage, usdPerImage, fallbackShare }: Summary): string {
  const counts = [turns, `${(100 * share).toFixed(3)} %`]
  const seconds = [medianS, p95S].map((s) => `${s.toFixed(0)} s`)
  const perImage = [attemptsPerImage.toFixed(2), `$${usdPerImage.toFixed(3)}`, `${(100 * fallbackShare).toFixed(0)} %`]
  const cells = share === 0 ? [...counts, '–', '–', '–', '–', '–'] : [...counts, ...seconds, ...perImage]
  return `| ${name} | ${cells.join(' | ')} |\n`
}

let attempts = 0
process.stdout.write(`seed ${seed}, ${turnsPerSecond} turns/s\n\n`)
process.stdout.write('| scenario | strategy | turns | with an image | median | p95 | attempts/image | money/image | by fallback |\n')
process.stdout.write('|---|---|--:|--:|--:|--:|--:|--:|--:|\n')
for (const scenario of SCENARIOS) {
  for (const strategy of STRATEGIES) {
    const { summary, retryExcess } = playScenario(scenario, strategy, load)
    attempts += summary.attempts
    if (retryExcess > 0) throw new Error(`${scenario.name}, ${strategy}: the retry budget was exceeded by ${retryExcess}`)
    process.stdout.write(line(`${scenario.name} | ${strategy}`, summary))
  }
}
process.stdout.write(`\n${attempts} attempts; the retry budget was kept throughout.\n`)
