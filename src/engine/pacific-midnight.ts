/** Daily quotas begin anew at midnight in Los Angeles, daylight saving included (wire-facts §4: "RPD resets at midnight Pacific"). */

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const PACIFIC_TIME = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

/** The first midnight in Los Angeles after `nowMs`, in Unix ms. Clocks there change at two at night, so a day has 23, 24 or 25 hours. */
export function nextPacificMidnightMs(nowMs: number): number {
  const second = Math.floor(nowMs / 1_000) * 1_000
  const naive = second + DAY_MS - timeOfDayMs(second)
  const over = timeOfDayMs(naive)
  if (over === 0) return naive
  // A shortened day ends up past midnight (1 o'clock); a lengthened one before it (23 o'clock).
  return over < DAY_MS / 2 ? naive - over : naive + DAY_MS - over
}

function timeOfDayMs(nowMs: number): number {
  let ms = 0
  for (const { type, value } of PACIFIC_TIME.formatToParts(nowMs)) {
    if (type === 'hour') ms += Number(value) * HOUR_MS
    if (type === 'minute') ms += Number(value) * 60_000
    if (type === 'second') ms += Number(value) * 1_000
  }
  return ms
}
