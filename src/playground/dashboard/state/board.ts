/** Everything the dashboard shows. */
import type { Alert, Stats, StatsWindow, Usage } from '../../../client/index.ts'
import type { Access } from '../../state/access.ts'
import type { Store } from '../../state/store.ts'
import { type Live, NOTHING_LIVE } from '../model/live.ts'

export interface Board {
  access: 'checking' | 'needed' | 'granted'
  /** The key given last was refused. */
  keyRefused: boolean
  connected: boolean
  /** What the last reading failed of; null when it went well. */
  problem: string | null
  window: StatsWindow
  /** Null until first read. They may be of the window before, for a moment. */
  stats: Stats | null
  usage: Usage | null
  alerts: readonly Alert[] | null
  live: Live
}

/** What every part of the dashboard works with. */
export interface Post {
  store: Store<Board>
  access: Access
}

const WINDOWS: readonly StatsWindow[] = ['5m', '1h', '24h']

/** `window`: as the address names it. */
export function boardAtFirst(window: string): Board {
  return {
    access: 'checking',
    keyRefused: false,
    connected: true,
    problem: null,
    window: WINDOWS.find((known) => known === window) ?? '1h',
    stats: null,
    usage: null,
    alerts: null,
    live: NOTHING_LIVE,
  }
}
