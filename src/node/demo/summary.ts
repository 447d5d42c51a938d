/** What the demo ends with: a table of turns and a table of attempts. */
import type { Attempt } from './api-schema.ts'
import type { FinishedStep } from './conversation.ts'
import { formatDuration, formatUsd } from './figures.ts'
import { type Column, textTable } from './text-table.ts'

const TURN_COLUMNS: readonly Column<FinishedStep>[] = [
  { head: 'turn', cell: ({ step }) => step.title },
  { head: 'status', cell: ({ turn }) => turn.status },
  { head: 'model', cell: ({ turn }) => `${turn.model ?? ''}${turn.fallback ? ' (fallback)' : ''}` },
  { head: 'history', cell: ({ turn }) => turn.historyFidelity ?? '' },
  { head: 'attempts', cell: ({ turn }) => String(turn.attempts.length), align: 'right' },
  { head: 'time', cell: ({ elapsedMs }) => formatDuration(elapsedMs), align: 'right' },
  { head: 'cost', cell: ({ turn }) => formatUsd(turn.costUsd), align: 'right' },
]

interface LedgerRow {
  title: string
  attempt: Attempt
}

const ATTEMPT_COLUMNS: readonly Column<LedgerRow>[] = [
  { head: 'turn', cell: ({ title }) => title },
  { head: 'n', cell: ({ attempt }) => String(attempt.n), align: 'right' },
  { head: 'model', cell: ({ attempt }) => attempt.model },
  { head: 'outcome', cell: ({ attempt }) => attempt.outcome ?? 'in flight' },
  { head: 'HTTP', cell: ({ attempt }) => String(attempt.httpStatus ?? '') },
  { head: 'took', cell: ({ attempt }) => formatDuration(attempt.durationMs ?? 0), align: 'right' },
  { head: 'then', cell: ({ attempt }) => `${attempt.next ?? ''}${attempt.waitMs ? ` in ${formatDuration(attempt.waitMs)}` : ''}` },
  { head: 'billed', cell: ({ attempt }) => attempt.billed },
]

/** The lines of both tables. */
export function summarize(finished: readonly FinishedStep[]): string[] {
  const ledger = finished.flatMap(({ step, turn }) => turn.attempts.map((attempt) => ({ title: step.title, attempt })))
  return ['The turns', '', ...textTable(TURN_COLUMNS, finished), '', 'Every attempt', '', ...textTable(ATTEMPT_COLUMNS, ledger)]
}
