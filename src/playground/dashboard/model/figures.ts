/** Numbers of the dashboard as people read them. */

const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** `14:05`, in the reader's own time zone. */
export function formatTime(ms: number): string {
  return time.format(ms)
}

/** `Nov 20`, UTC. */
export function formatDay(ms: number): string {
  return day.format(ms)
}

/** `97.3 %`; whole percents need no decimal. */
export function formatPercent(share: number): string {
  const percent = share * 100
  return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`
}

/** `0.4 s`, `12 s`, `125 s`: one unit, so that values can be compared at a glance. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000
  return `${seconds === 0 || seconds >= 10 ? Math.round(seconds) : seconds.toFixed(1)} s`
}

/** What is not known, or would be a share of nothing. */
export const NONE = '–'

export function orNone<Value>(value: Value | null | undefined, format: (value: Value) => string): string {
  return value === null || value === undefined ? NONE : format(value)
}
