/** The text format of Prometheus (exposition format 0.0.4). `prom-client` would do, but keeps state of its own and needs Node. */

export type Labels = Readonly<Record<string, string | number>>

export interface Sample {
  labels: Labels
  value: number
}

export interface Histogram {
  labels: Labels
  /** Observations at most as large as each bound, which grow. */
  buckets: readonly { le: number; count: number }[]
  count: number
  sum: number
}

export type Metric =
  | { name: string; help: string; type: 'counter' | 'gauge'; samples: readonly Sample[] }
  | { name: string; help: string; type: 'histogram'; histograms: readonly Histogram[] }

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export function expose(metrics: readonly Metric[]): string {
  return metrics
    .map((metric) => [`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`, ...linesOf(metric), ''].join('\n'))
    .join('')
}

function linesOf(metric: Metric): string[] {
  if (metric.type !== 'histogram') return metric.samples.map(({ labels, value }) => line(metric.name, labels, value))
  return metric.histograms.flatMap(({ labels, buckets, count, sum }) => [
    ...buckets.map((bucket) => line(`${metric.name}_bucket`, { ...labels, le: bucket.le }, bucket.count)),
    line(`${metric.name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${metric.name}_sum`, labels, sum),
    line(`${metric.name}_count`, labels, count),
  ])
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
