/** A line of the table that `npm run bench` prints. A bench prints its rows one JSON object a line on stdout; its words go to stderr. */
export interface BenchRow {
  name: string
  /** What the design promises; empty where a figure is shown for comparison alone. */
  goal: string
  measured: string
}

export function printRow(row: BenchRow): void {
  process.stdout.write(`${JSON.stringify(row)}\n`)
}

/** The rows among what a bench printed. */
export function readRows(printed: string): BenchRow[] {
  return printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as BenchRow)
}
