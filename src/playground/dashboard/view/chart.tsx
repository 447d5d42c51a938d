import { useEffect, useRef, useState } from 'preact/hooks'
import type { ChartData } from '../model/chart-data.ts'
import { NONE } from '../model/figures.ts'
import { ChartTable } from './chart-table.tsx'
import { Panel } from './panel.tsx'
import { type Plot, plotInto } from './plot.ts'

interface ChartProps {
  title: string
  note: string
  data: ChartData
}

/** A painted chart with its legend, which tells the values under the pointer, and the same as a table for whoever cannot see it. */
export function Chart({ title, note, data }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLUListElement>(null)
  const plot = useRef<Plot | null>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const empty = data.lines.every(({ values }) => values.every((value) => value === null || value === 0))

  useEffect(() => {
    if (box.current === null) return
    const drawn = plotInto(box.current, { toneOf: (tone) => inkOf(legend.current, tone), onPoint: setPointed })
    plot.current = drawn
    const watcher = new ResizeObserver(() => drawn.fit())
    watcher.observe(box.current)
    return () => {
      watcher.disconnect()
      drawn.end()
    }
  }, [])
  // With every drawing of the page, since the colours may have changed too.
  useEffect(() => plot.current?.show(data))

  return (
    <Panel title={title} note={pointed === null ? note : data.formatTime(data.timesMs[pointed] ?? 0)} class="chart">
      <div class="plot" ref={box} role="img" aria-label={describe(title, data)}>
        {empty && <p class="plot-empty">Nothing in this time</p>}
      </div>
      <ul class="legend" ref={legend} aria-hidden="true">
        {data.lines.map(({ label, tone, values }) => (
          <li key={label} data-tone={tone} class={`legend-entry tone-${tone}`}>
            {label} <b>{pointed === null ? '' : tell(data, values[pointed])}</b>
          </li>
        ))}
        <li data-tone="ink" class="tone-ink" />
        <li data-tone="grid" class="tone-grid" />
      </ul>
      <ChartTable title={title} data={data} />
    </Panel>
  )
}

/** Colours depend on light and dark, which only the style sheet knows: the legend's entries have them. */
function inkOf(legend: HTMLElement | null, tone: string): string {
  const entry = legend?.querySelector(`[data-tone="${tone}"]`)
  return entry === null || entry === undefined ? 'gray' : getComputedStyle(entry).color
}

function tell({ format }: ChartData, value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : format(value)
}

/** For whoever hears the page: what bars come to, and where lines are now. */
function describe(title: string, data: ChartData): string {
  const told = data.lines.flatMap(({ label, values }) => {
    const value = data.drawn === 'stack' ? sumOf(values) : values.findLast((one) => one !== null)
    return value === undefined || value === null || value === 0 ? [] : [`${label} ${data.format(value)}`]
  })
  return told.length === 0
    ? `${title}: nothing in this time`
    : `${title}, ${data.drawn === 'stack' ? 'in all' : 'most recently'}: ${told.join(', ')}`
}

function sumOf(values: ChartData['lines'][number]['values']): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
