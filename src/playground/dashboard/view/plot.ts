/** A chart painted by uPlot. What it needs of the page is passed in; words stand beside it, in the page itself. */
import uPlot from 'uplot'
import type { ChartData } from '../model/chart-data.ts'

export interface Plot {
  /** Paints these values, at once. */
  show(data: ChartData): void
  /** Takes the width there is. */
  fit(): void
  end(): void
}

export interface PlotOptions {
  /** The colour of a line by its tone, of words (`ink`) and of the grid (`grid`), as it is just now. */
  toneOf(tone: string): string
  /** The point under the pointer; null when it has left. */
  onPoint(at: number | null): void
}

const HEIGHT_PX = 190
const AXIS_PX = { x: 26, y: 58 }
const LINE_PX = 1.75
const MINUTE_S = 60
/** Steps of the time axis, in seconds. */
const STEPS_S = [1, 5, 10, 20, 30, 60, 120, 240, 360, 1440, 2880, 7200].map((minutes) => minutes * MINUTE_S)

/** Paints into `box`. A chart that shows other lines than before is made anew. */
export function plotInto(box: HTMLElement, options: PlotOptions): Plot {
  let drawn: uPlot | null = null
  let shape = ''
  const width = () => Math.max(box.clientWidth, 1)
  return {
    show: (data) => {
      const values = toColumns(data)
      const wanted = JSON.stringify([data.drawn, data.lines.map(({ label, tone }) => [label, tone])])
      if (wanted === shape && drawn !== null) return drawn.setData(values)
      drawn?.destroy()
      shape = wanted
      drawn = new uPlot(layoutOf(data, width(), options), values, box)
    },
    fit: () => drawn?.setSize({ width: width(), height: HEIGHT_PX }),
    end: () => drawn?.destroy(),
  }
}

/** Times in seconds, then the lines; of a stack each upon those before, and the highest first, so that the others cover it. */
function toColumns({ timesMs, lines, drawn }: ChartData): uPlot.AlignedData {
  const times = timesMs.map((ms) => ms / 1000)
  if (drawn === 'lines') return [times, ...lines.map(({ values }) => [...values])]
  const heights: number[][] = []
  for (const { values } of lines) heights.push(values.map((value, at) => (value ?? 0) + (heights.at(-1)?.[at] ?? 0)))
  return [times, ...heights.toReversed()]
}

function layoutOf(data: ChartData, width: number, { toneOf, onPoint }: PlotOptions): uPlot.Options {
  const { drawn, top, formatTime, format } = data
  const lines = drawn === 'stack' ? data.lines.toReversed() : data.lines
  const axis = {
    stroke: () => toneOf('ink'),
    grid: { stroke: () => toneOf('grid'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  }
  const bars = uPlot.paths.bars?.({ size: [0.72, 28], radius: 0.2 })
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: drawn === 'lines' } },
    scales: {
      x: { time: false, ...(drawn === 'stack' ? { range: roomForBars } : {}) },
      y: { range: (_plot, _low, high) => [0, top ?? (high > 0 ? high * 1.08 : 1)] },
    },
    axes: [
      {
        ...axis,
        size: AXIS_PX.x,
        incrs: STEPS_S,
        space: 62,
        grid: { show: false },
        values: (_plot, splits) => splits.map((s) => formatTime(s * 1000)),
      },
      { ...axis, size: AXIS_PX.y, space: 36, values: (_plot, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ label, tone }): uPlot.Series => {
        const colour = () => toneOf(String(tone))
        if (drawn === 'stack')
          return { label, fill: colour, width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) }
        return { label, stroke: colour, width: LINE_PX, spanGaps: true, points: { size: 4, fill: colour } }
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  }
}

/** Half a bar at either end, where the first and the last one stand. */
function roomForBars({ data: [times] }: uPlot, low: number, high: number): uPlot.Range.MinMax {
  const half = times.length < 2 ? MINUTE_S : (high - low) / (times.length - 1) / 2
  return [low - half, high + half]
}
