/** The windows that stats are read for. */
import { MINUTE_MS, TEN_MINUTES_MS } from './tally-sql.ts'

export const WINDOWS = ['5m', '1h', '24h'] as const
export type Window = (typeof WINDOWS)[number]

export const WINDOW_MS: Readonly<Record<Window, number>> = Object.freeze({ '5m': 300_000, '1h': 3_600_000, '24h': 86_400_000 })

/** How far apart the points of a window's series are. */
export const STEP_MS: Readonly<Record<Window, number>> = Object.freeze({ '5m': MINUTE_MS, '1h': MINUTE_MS, '24h': TEN_MINUTES_MS })

/** Where a window that ends now begins: at a full minute, so that it is a little longer than its name. Unix ms. */
export function windowBeginsMs(windowMs: number, nowMs: number): number {
  return Math.floor((nowMs - windowMs) / MINUTE_MS) * MINUTE_MS
}
