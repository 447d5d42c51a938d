import { describe, expect, it } from 'vitest'
import { openHouse } from './installation.ts'

const DEADLINE_MS = 1_000

describe('a turn whose pictures take too long to upload', () => {
  it('ends at its deadline, and sends nothing after it', async () => {
    const house = await openHouse({
      simulator: { faults: [{ match: { call: 'upload' }, fault: { kind: 'latency', ms: 3 * DEADLINE_MS } }] },
    })
    await house.startNode()
    const photo = await house.picture()
    const request = { deadlineMs: DEADLINE_MS, parts: [{ type: 'image' as const, mediaId: photo.id }] }
    const turn = await house.ended((await house.submit((await house.session()).id, '', { request })).id)
    expect(turn).toMatchObject({ status: 'failed', billed: 'no', attempts: [], error: { code: 'deadline_exceeded' } })
    expect((turn.endedAtMs ?? 0) - (turn.deadlineAtMs ?? 0)).toBeLessThan(DEADLINE_MS)
    expect(house.simulator.counts().generated).toBe(0)
  })
})
