/**
 * Fair waiting for slots across tenants: start-time fair queuing, one line of state per tenant. A turn that finds no slot is
 * promised a time; tenants take turns whatever the length of their lines, and a line nobody comes back to lapses by itself.
 */

export interface TenantLine {
  /** Slots granted, in virtual time: the smaller, the more is owed. */
  tag: number
  /** The earliest promise that may still be kept, and the latest one given (Unix ms). */
  headMs: number
  tailMs: number
}

export interface FairState {
  /** Virtual time: the tag the last slot was granted at. */
  virtual: number
  tenants: Readonly<Record<string, TenantLine>>
}

export interface FairAsk {
  tenantId: string
  /** The time this very turn was promised before; null for one that has not waited. */
  promisedAtMs: number | null
}

export const NOBODY_WAITS: FairState = Object.freeze({ virtual: 0, tenants: {} })

/** Slots are passed on when whoever was promised one has not come after this many of them. */
const LAPSE_SLOTS = 2
const LAPSE_LEAST_MS = 2_000

/**
 * Whether a free slot is this turn's to take: not while its tenant's own line was there before it, nor while a tenant that
 * is owed more is due. `slotMs` is the time between slots.
 */
export function mayTakeSlot(state: FairState, ask: FairAsk, slotMs: number, nowMs: number): boolean {
  const own = state.tenants[ask.tenantId]
  const waited = ask.promisedAtMs !== null && ask.promisedAtMs <= nowMs
  if (own !== undefined && own.tailMs > nowMs && !waited) return false
  const ownTag = Math.max(state.virtual, own?.tag ?? 0)
  for (const [tenantId, line] of Object.entries(state.tenants)) {
    if (tenantId !== ask.tenantId && line.tag < ownTag && isDue(line, slotMs, nowMs)) return false
  }
  return true
}

/** The state after a slot was granted. */
export function grantSlot(state: FairState, ask: FairAsk, slotMs: number, tenantsMax: number, nowMs: number): FairState {
  const own = state.tenants[ask.tenantId] ?? { tag: state.virtual, headMs: 0, tailMs: 0 }
  const start = Math.max(state.virtual, own.tag)
  const headMs = ask.promisedAtMs === null ? own.headMs : Math.max(own.headMs, ask.promisedAtMs + slotMs)
  return kept({ virtual: start, tenants: { ...state.tenants, [ask.tenantId]: { ...own, tag: start + 1, headMs } } }, tenantsMax, nowMs)
}

/**
 * The state after a turn found no slot before `freeAtMs`, and the time it is promised: a newcomer at the end of its tenant's
 * line, in which every slot is shared with the other tenants waiting; one who waited in vain at the next slot.
 */
export function promiseSlot(
  state: FairState,
  ask: FairAsk,
  slotMs: number,
  freeAtMs: number,
  tenantsMax: number,
  nowMs: number,
): { state: FairState; promisedAtMs: number } {
  const own = state.tenants[ask.tenantId] ?? { tag: state.virtual, headMs: 0, tailMs: 0 }
  // A slot that is free now, and not this turn's to take, is another tenant's.
  const nextMs = freeAtMs > nowMs ? freeAtMs : nowMs + Math.min(slotMs, 1_000)
  const waiting = Object.entries(state.tenants).filter(([id, line]) => id !== ask.tenantId && line.tailMs > nowMs).length
  const newcomer = ask.promisedAtMs === null
  const promisedAtMs = Math.ceil(newcomer && own.tailMs > nowMs ? Math.max(nextMs, own.tailMs + slotMs * (waiting + 1)) : nextMs)
  const headMs = own.headMs > nowMs ? Math.min(own.headMs, promisedAtMs) : promisedAtMs
  const line = { tag: Math.max(own.tag, state.virtual), headMs, tailMs: Math.max(own.tailMs, promisedAtMs) }
  return { state: kept({ ...state, tenants: { ...state.tenants, [ask.tenantId]: line } }, tenantsMax, nowMs), promisedAtMs }
}

function isDue({ headMs, tailMs }: TenantLine, slotMs: number, nowMs: number): boolean {
  const lapseMs = Math.max(LAPSE_LEAST_MS, LAPSE_SLOTS * slotMs)
  return headMs <= nowMs && nowMs < Math.min(headMs, tailMs) + lapseMs
}

/** Forgets tenants who are neither waiting nor ahead of the others; of too many, those who waited longest ago. */
function kept(state: FairState, tenantsMax: number, nowMs: number): FairState {
  const lines = Object.entries(state.tenants).filter(([, line]) => line.tag > state.virtual || line.tailMs > nowMs - LAPSE_LEAST_MS)
  const newest = lines.length <= tenantsMax ? lines : lines.sort(([, a], [, b]) => b.tailMs - a.tailMs).slice(0, tenantsMax)
  return { ...state, tenants: Object.fromEntries(newest) }
}
