/** A storm over real HTTP: the simulator refuses nearly half of all calls, and the ledger has to account for every one of them. */
import { expect, test } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { call, prepare, say, type TurnJson } from '../e2e/running-service.ts'

const SESSIONS = 200
const TURNS_EACH = 5

/** Everything a hundred times as fast as shipped, quotas and rates as shipped. */
const SCALED = {
  interactive: { backoffBaseMs: 20, backoffCapMs: 300, deadlineMs: 60_000, minimumSliceMs: 300, roundPauseMs: 150 },
  breaker: { windowMs: 10_000, coolDownMs: 600, coolDownMaxMs: 9_000, lookAgainMs: 100 },
}

test('a thousand turns in a storm of 503s all end, most with a picture, and the upstream was asked as often as the ledger says', async () => {
  const { start, simulator, env } = await prepare({ drawing: 'canned', textRate: 0 })
  simulator.setFaults([{ match: { rate: 0.45 }, fault: { kind: 'error', error: 'overloaded' } }])
  const { url } = await start({ ENGINE_POLICY: JSON.stringify(SCALED) })
  const { sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'storm' })

  await Promise.all(
    Array.from({ length: SESSIONS }, async (_, n) => {
      const session = await call(url, 'POST', '/v1/sessions', { onConflict: 'enqueue', title: `storm ${n}` })
      for (let turn = 0; turn < TURNS_EACH; turn += 1) {
        const accepted = await call<TurnJson>(url, 'POST', `/v1/sessions/${session.body.id}/turns`, { parts: [say(`edit ${turn}`)] })
        expect(accepted.status).toBe(202)
      }
      const last = await lastTurn(url, session.body.id)
      await (await fetch(`${url}/v1/turns/${last}/events`)).text()
    }),
  )

  const [turns] = await sql`
    select (count(*) filter (where status in ('succeeded', 'failed')))::int as ended, (count(*) filter (where status = 'succeeded'))::int as succeeded, (count(*) filter (where lease_owner is not null))::int as held
    from turns`
  expect(turns).toMatchObject({ ended: SESSIONS * TURNS_EACH, held: 0 })
  // At this pace the retry budget refuses some; how many end well at a natural pace is what `npm run simulate` shows.
  expect(Number(turns?.succeeded) / (SESSIONS * TURNS_EACH)).toBeGreaterThanOrEqual(0.9)

  const ledger = await sql`select outcome, count(*)::int as times from attempts group by outcome`
  const times = (outcome: string) => Number(ledger.find((row) => row.outcome === outcome)?.times ?? 0)
  const { byStatus, generated } = simulator.counts()
  expect(ledger.map(({ outcome }) => outcome).sort()).toEqual(['overloaded', 'succeeded'])
  expect({ generated, refused: byStatus[503] }).toEqual({ generated: times('succeeded'), refused: times('overloaded') })
  expect(times('overloaded'), 'a storm that refused nothing proves nothing').toBeGreaterThan(100)

  const [hasty] = await sql`
    select count(*)::int as times from attempts earlier join attempts later on later.turn_id = earlier.turn_id and later.n = earlier.n + 1
    where later.started_at_ms < earlier.ended_at_ms + earlier.wait_ms`
  expect(hasty).toEqual({ times: 0 })
  await sql.end()
})

async function lastTurn(url: string, sessionId: string): Promise<string> {
  const { body } = await call<{ data: TurnJson[] }>(url, 'GET', `/v1/sessions/${sessionId}/turns?all=true&order=desc&limit=1`)
  return body.data[0]?.id ?? ''
}
