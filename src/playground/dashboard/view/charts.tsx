import { formatUsd } from '../../model/figures.ts'
import { answerChart, costChart, failureChart, latencyChart, nameOfWindow, successChart } from '../model/chart-data.ts'
import { Chart } from './chart.tsx'
import { LivePanel } from './live-panel.tsx'
import { useBoard } from './post.ts'

/** The window over time, the cost of the last weeks, and what goes on just now. */
export function Charts() {
  const { stats, usage } = useBoard()
  const series = stats?.series
  if (stats === null || series === undefined) return null
  const note = nameOfWindow(stats.window)
  return (
    <div class="charts">
      <Chart title="Success rate" note={`of attempts, ${note}`} data={successChart(series)} />
      <Chart title="Time to an answer" note={`of attempts that succeeded, ${note}`} data={latencyChart(series)} />
      <Chart title="Failures by kind" note={`attempts, ${note}`} data={failureChart(series)} />
      <Chart title="Answers" note={`by whom, ${note}`} data={answerChart(series)} />
      {usage !== null && <Chart title="Cost per day" note={`${formatUsd(usage.total.costUsd)} in 30 days, UTC`} data={costChart(usage)} />}
      <LivePanel />
    </div>
  )
}
