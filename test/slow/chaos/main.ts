/** `npm run chaos -- --minutes N [--seed S]`: as `test/slow/chaos.test.ts` does, for as long as you like. */
import { parseArgs } from 'node:util'
import { runChaos } from './run-chaos.ts'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const seed = Number(values.seed)
process.stdout.write(`seed ${seed}\n`)
const report = await runChaos({ seed, nodes: 3, sessions: 60, turnsPerSession: 5, minMs: Number(values.minutes) * 60_000 })
for (const [name, figures] of Object.entries(report.figures)) {
  const shown = Object.entries(figures).map(([what, count]) => `${what} ${count}`)
  process.stdout.write(`${name}: ${shown.join(', ')}\n`)
}
for (const breach of report.breaches) process.stdout.write(`BREACH ${breach}\n`)
if (report.breaches.length > 0) {
  process.stdout.write(`what the nodes said: ${report.logPath}\n`)
  process.exitCode = 1
}
