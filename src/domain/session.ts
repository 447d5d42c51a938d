/** A session: a tree of turns, and the settings its turns inherit. */
import type { ImageSettings } from './image-settings.ts'
import type { SafetySetting } from './model-call.ts'

export const STRATEGIES = ['quality', 'stability', 'cost'] as const
export type Strategy = (typeof STRATEGIES)[number]
export const ON_CONFLICT = ['reject', 'enqueue', 'replace'] as const
export const ON_DISCONNECT = ['continue', 'cancel'] as const
export const DEGRADABLE = ['size', 'aspectRatio', 'references'] as const
export type Degradable = (typeof DEGRADABLE)[number]

/** What a session or a turn may narrow of the engine's policy (api.md `policy`); it can never widen it. */
export interface PolicyNarrowing {
  resendAmbiguous?: 0 | 1 | undefined
  onNoImage?: 'fail' | 'retry_once' | 'fallback' | undefined
  allowDegraded?: readonly Degradable[] | undefined
  attemptsPerModel?: number | undefined
}

/** `full` replays the whole branch; `window` keeps the newest `images` pictures and writes older ones as text. */
export interface HistorySettings {
  mode: 'full' | 'window'
  images?: number | undefined
}

/** What may be set at creation and changed later. */
export interface SessionSettings {
  title: string | null
  metadata: Readonly<Record<string, string>>
  strategy: Strategy
  /** A chain of the caller's own, in order; null: what the strategy resolves to. */
  models: readonly string[] | null
  image: ImageSettings
  systemInstruction: string | null
  safetySettings: readonly SafetySetting[]
  history: HistorySettings
  policy: PolicyNarrowing
  onConflict: (typeof ON_CONFLICT)[number]
  onDisconnect: (typeof ON_DISCONNECT)[number]
  budgetUsd: number | null
  expiresAtMs: number | null
}

export interface Session extends SessionSettings {
  id: string
  tenantId: string
  headTurnId: string | null
  turnCount: number
  costUsd: number
  createdAtMs: number
  updatedAtMs: number
}

/** What a session is where its creator said nothing (api.md, Sessions). */
export const DEFAULT_SESSION_SETTINGS: Readonly<SessionSettings> = Object.freeze<SessionSettings>({
  title: null,
  metadata: {},
  strategy: 'quality',
  models: null,
  image: {},
  systemInstruction: null,
  safetySettings: [],
  history: { mode: 'full' },
  policy: {},
  onConflict: 'reject',
  onDisconnect: 'continue',
  budgetUsd: null,
  expiresAtMs: null,
})
