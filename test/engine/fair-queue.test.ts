import { describe, expect, it } from 'vitest'
import { availability, initialModelState, joinLine, reserve } from '../../src/engine/model-state.ts'
import { emptyAgenda } from '../simulation/agenda.ts'
import { ask, POLICIES, START_MS } from './a-turn.ts'

interface Arrival {
  tenantId: string
  atMs: number
}

interface Served extends Arrival {
  servedMs: number
}

/** Plays turns against a limit of ten a minute, each asking when it arrives and whenever its promise is due; in order of service. */
function serve(arrivals: readonly Arrival[], gone: (arrival: Arrival) => boolean = () => false): Served[] {
  const limits = { rpm: 10 }
  const agenda = emptyAgenda<Arrival & { promisedAtMs: number | null }>()
  const served: Served[] = []
  let state = initialModelState
  for (const arrival of arrivals) agenda.add(arrival.atMs, { ...arrival, promisedAtMs: null })
  for (let next = agenda.take(); next !== null; next = agenda.take()) {
    const { atMs: nowMs, event } = next
    if (event.promisedAtMs !== null && gone(event)) continue
    const mine = ask({ tenantId: event.tenantId, promisedAtMs: event.promisedAtMs })
    if (availability(state, mine, limits, POLICIES, nowMs).ok) {
      const taken = reserve(state, mine, limits, POLICIES, nowMs)
      if (taken.ok) state = taken.state
      served.push({ tenantId: event.tenantId, atMs: event.atMs, servedMs: nowMs })
    } else {
      const joined = joinLine(state, mine, limits, POLICIES, nowMs)
      state = joined.state
      agenda.add(joined.untilMs, { ...event, promisedAtMs: joined.untilMs })
    }
  }
  return served
}

function many(count: number, tenantId: string, atMs: number): Arrival[] {
  return Array.from({ length: count }, (_, n) => ({ tenantId, atMs: atMs + n }))
}

function lastServedMs(served: readonly Served[], tenantId: string): number {
  return Math.max(...served.filter((turn) => turn.tenantId === tenantId).map(({ servedMs }) => servedMs))
}

describe('waiting for slots', () => {
  it('one tenant alone uses every slot, in order', () => {
    const served = serve(many(50, 'a', START_MS))
    expect(served).toHaveLength(50)
    expect(lastServedMs(served, 'a') - START_MS).toBeLessThan(50 * 6_000 * 1.05)
    const order = served.map(({ atMs }) => atMs)
    expect(order).toEqual([...order].sort((x, y) => x - y))
  })

  it('a tenant with few turns is not kept behind one with hundreds', () => {
    const served = serve([...many(300, 'crowd', START_MS), ...many(5, 'small', START_MS + 30_000)])
    expect(served).toHaveLength(305)
    expect(lastServedMs(served, 'small') - START_MS - 30_000).toBeLessThan(15 * 6_000)
  })

  it('tenants with long lines share the slots evenly', () => {
    const served = serve([...many(200, 'a', START_MS), ...many(200, 'b', START_MS + 60_000), ...many(200, 'c', START_MS + 60_000)])
    const window = served.filter(({ servedMs }) => servedMs > START_MS + 120_000 && servedMs < START_MS + 1_320_000)
    for (const tenant of ['a', 'b', 'c']) {
      const share = window.filter(({ tenantId }) => tenantId === tenant).length / window.length
      expect(share, tenant).toBeGreaterThan(0.23)
      expect(share, tenant).toBeLessThan(0.43)
    }
  })

  it('a line nobody comes back to holds up no one for long', () => {
    const served = serve([...many(100, 'gone', START_MS), ...many(20, 'here', START_MS + 10_000)], ({ tenantId }) => tenantId === 'gone')
    expect(served.filter(({ tenantId }) => tenantId === 'here')).toHaveLength(20)
    expect(lastServedMs(served, 'here') - START_MS).toBeLessThan(2 * 20 * 6_000)
  })
})
