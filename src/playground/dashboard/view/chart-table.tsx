import { useState } from 'preact/hooks'
import type { ChartData } from '../model/chart-data.ts'
import { NONE } from '../model/figures.ts'
import { ScrollArea } from './scroll-area.tsx'

/** The values of a chart, the newest first; moments at which nothing happened are left out. */
export function ChartTable({ title, data }: { title: string; data: ChartData }) {
  const [open, setOpen] = useState(false)
  const { timesMs, lines } = data
  const rows = timesMs.map((ms, at) => ({ ms, values: lines.map(({ values }) => values[at] ?? null) }))
  const told = rows.filter(({ values }) => values.some((value) => value !== null && value !== 0)).toReversed()
  return (
    <details class="details chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <ScrollArea label={`${title} as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                {lines.map(({ label }) => (
                  <th scope="col" key={label}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {told.map(({ ms, values }) => (
                <tr key={ms}>
                  <th scope="row">{data.formatTime(ms)}</th>
                  {values.map((value, at) => (
                    <td key={lines[at]?.label}>{value === null ? NONE : data.format(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollArea>
      )}
    </details>
  )
}
