/** `npm run bench`: every bench in a process of its own, one after the other, and one table. `npm run bench -- latency` runs one. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type BenchRow, readRows } from './row.ts'

/** By name: the file beside this one. */
const BENCHES = ['decide', 'streaming', 'latency', 'memory', 'sdk-memory', 'waiting', 'long-session', 'dispatch', 'stats', 'export']

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BENCHES.includes(name))
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}: there are ${BENCHES.join(', ')}`)

const rows: (BenchRow & { bench: string })[] = []
for (const bench of BENCHES.filter((name) => asked.length === 0 || asked.includes(name))) {
  process.stderr.write(`${bench} …\n`)
  for (const row of await run(bench)) rows.push({ bench, ...row })
}
printTable(rows)

async function run(bench: string): Promise<BenchRow[]> {
  const child = spawn(process.execPath, ['--expose-gc', fileURLToPath(new URL(`${bench}.ts`, import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const printed = await text(child.stdout)
  const code = await ended
  if (code === 0) return readRows(printed)
  process.exitCode = 1
  return [...readRows(printed), { name: 'the bench itself', goal: 'ends well', measured: `ended with ${code}` }]
}

function printTable(lines: readonly (BenchRow & { bench: string })[]): void {
  const table = [{ bench: 'bench', name: 'figure', goal: 'goal', measured: 'measured' }, ...lines]
  const columns = ['bench', 'name', 'goal', 'measured'] as const
  const widths = columns.map((column) => Math.max(...table.map((line) => line[column].length)))
  for (const line of table) {
    process.stdout.write(`${columns.map((column, index) => line[column].padEnd(widths[index] ?? 0)).join('  ')}\n`.trimStart())
  }
}
