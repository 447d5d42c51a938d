/** What must hold once everything has come to rest (engine.md, "What must hold, always"); each breach in a line. */
import type { Sql } from '../../../src/db/connect.ts'
import type { BlobStore } from '../../../src/domain/ports.ts'
import { readLineage } from '../../../src/simulator/drawing/lineage.ts'
import type { LogEntry } from '../../../src/simulator/request-log.ts'
import type { Accepted } from './converse.ts'

const REQUEST_NAME = 'x-request-id'
/** Of the policy that ships: once in all. */
const RESEND_AMBIGUOUS = 1
const UNSEEN: ReadonlySet<string> = new Set(['ambiguous', 'canceled'])
const NOTE_BYTES = 64 * 1024

export interface Evidence {
  sql: Sql
  blobs: BlobStore
  requests: readonly LogEntry[]
  accepted: Accepted
}

export async function judge(evidence: Evidence): Promise<string[]> {
  const checks = [
    acceptedEnded,
    oneOutput,
    parentsAreBuiltOn,
    generationsMatchTheLedger,
    nothingResent,
    nothingHeld,
    eventsWhole,
    picturesThere,
  ]
  const breaches: string[] = []
  for (const check of checks) breaches.push(...(await check(evidence)))
  return breaches
}

async function acceptedEnded({ sql, accepted }: Evidence): Promise<string[]> {
  const rows = await sql<{ id: string; status: string }[]>`select id, status from turns`
  const status = new Map(rows.map((row) => [row.id, row.status]))
  const ids = [...accepted.values()].flatMap((all) => [...all])
  return [
    ...[...accepted].filter(([, all]) => all.size > 1).map(([key, all]) => `${key} stands for several turns: ${[...all].join(' ')}`),
    ...ids.filter((id) => !status.has(id)).map((id) => `${id} was accepted and is gone`),
    ...rows.filter((row) => ['queued', 'running', 'waiting'].includes(row.status)).map((row) => `${row.id} has not ended: ${row.status}`),
    ...rows.filter(({ id }) => !ids.includes(id)).map(({ id }) => `${id} was made without its caller`),
  ]
}

async function oneOutput({ sql }: Evidence): Promise<string[]> {
  const rows = await sql<{ id: string; status: string; outputs: number; ends: number; output: boolean }[]>`
    select turns.id, turns.status,
      (select count(*)::int from attempts where attempts.turn_id = turns.id and outcome = 'succeeded') as outputs,
      (select count(*)::int from events where events.turn_id = turns.id
        and type in ('turn.succeeded', 'turn.failed', 'turn.canceled', 'turn.outcome_unknown')) as ends,
      exists (select from attempts where attempts.turn_id = turns.id and n = output_attempt and outcome = 'succeeded' and not late) as output
    from turns`
  return rows.flatMap(({ id, status, outputs, ends, output }) => [
    ...(outputs > 1 ? [`${id} has ${outputs} outputs`] : []),
    ...(ends === 1 ? [] : [`${id} ended ${ends} times`]),
    ...((status === 'succeeded') === output ? [] : [`${id} is ${status} and its output is ${output ? 'there' : 'not there'}`]),
  ])
}

async function parentsAreBuiltOn({ sql, blobs }: Evidence): Promise<string[]> {
  const rows = await sql<
    {
      id: string
      parent: string | null
      parent_status: string | null
      own: string | null
      before: string | null
      stripped: string | null
    }[]
  >`
    with picture as (
      select distinct on (part.turn_id) part.turn_id, media.sha256
      from parts part join turns on turns.id = part.turn_id and turns.output_attempt = part.attempt join media on media.id = part.media_id
      where not part.thought order by part.turn_id, part.ordinal desc
    )
    select turns.id, turns.parent_id as parent, parent.status as parent_status, own.sha256 as own, before.sha256 as before, outgoing.sha256 as stripped
    from turns left join turns parent on parent.id = turns.parent_id
      left join picture own on own.turn_id = turns.id left join picture before on before.turn_id = turns.parent_id
      left join renditions outgoing on outgoing.source_sha256 = before.sha256 and outgoing.form = 'outgoing'
    where turns.status = 'succeeded'`
  const breaches: string[] = []
  for (const { id, parent, parent_status, own, before, stripped } of rows) {
    if (parent !== null && parent_status !== 'succeeded') breaches.push(`${id} builds on ${parent}, which is ${parent_status}`)
    const note = own === null ? undefined : readLineage(await head(blobs, own))
    // The newest picture it was shown. Pictures leave without what tells of their maker, but for those replayed with a signature.
    const shown = note?.inputs.at(-1) ?? null
    if (note === undefined) breaches.push(`${id} has no picture that tells where it comes from`)
    else if (shown !== before && shown !== (stripped ?? before)) breaches.push(`${id} was drawn upon ${shown}, not upon ${before}`)
  }
  return breaches
}

/**
 * Attempt by attempt: a request carries the name of its ledger row, and is sent once. Whatever the upstream carried out has its
 * row; a row that says `succeeded` was carried out; one that says it was refused or not sent was not. Only those we hung up on, or whose
 * end we never saw, may be either.
 */
async function generationsMatchTheLedger({ sql, requests }: Evidence): Promise<string[]> {
  const rows = await sql<{ name: string; outcome: string }[]>`select turn_id || '-' || n as name, outcome from attempts`
  const outcomes = new Map(rows.map(({ name, outcome }) => [name, outcome]))
  const calls = requests
    .filter(({ call }) => call === 'generate')
    .map((request) => ({ ...request, name: request.headers[REQUEST_NAME] ?? '' }))
  const byName = Map.groupBy(calls, ({ name }) => name)
  const carriedOut = new Set(calls.filter(({ generated }) => generated).map(({ name }) => name))
  return [
    ...[...byName].filter(([, all]) => all.length > 1).map(([name, all]) => `${name} was sent ${all.length} times`),
    ...[...byName.keys()].filter((name) => !outcomes.has(name)).map((name) => `${name} was sent and is in no ledger`),
    ...rows
      .filter(({ name, outcome }) => outcome === 'succeeded' && !carriedOut.has(name))
      .map(({ name }) => `${name} was never carried out`),
    ...rows
      .filter(({ name, outcome }) => outcome !== 'succeeded' && !UNSEEN.has(outcome) && carriedOut.has(name))
      .map(({ name, outcome }) => `${name} was carried out and the ledger says ${outcome}`),
  ]
}

async function nothingResent({ sql }: Evidence): Promise<string[]> {
  const rows = await sql<{ id: string; resent: number }[]>`
    select turn_id as id, count(*)::int as resent from attempts
    where billed <> 'no' and exists (select from attempts later where later.turn_id = attempts.turn_id and later.n > attempts.n)
    group by turn_id having count(*) > ${RESEND_AMBIGUOUS}`
  return rows.map(({ id, resent }) => `${id} was sent again ${resent} times although it may have been billed`)
}

async function nothingHeld({ sql }: Evidence): Promise<string[]> {
  const leased = await sql<{ id: string }[]>`select id from turns where lease_owner is not null or due_at_ms is not null`
  const open = await sql<{ name: string }[]>`select turn_id || '-' || n as name from attempts where ended_at_ms is null or outcome is null`
  return [...leased.map(({ id }) => `${id} is still leased or due`), ...open.map(({ name }) => `${name} is still open in the ledger`)]
}

async function eventsWhole({ sql }: Evidence): Promise<string[]> {
  const rows = await sql<{ id: string; version: number; count: number; last: number }[]>`
    select turns.id, turns.version, count(*)::int as count, max(seq) as last
    from turns left join events on events.turn_id = turns.id group by turns.id having count(*) <> turns.version or max(seq) <> turns.version`
  return rows.map(({ id, version, count, last }) => `${id} is at version ${version} with ${count} events, the last of them ${last}`)
}

/** What was told of is there, whatever became of its turn. */
async function picturesThere({ sql }: Evidence): Promise<string[]> {
  const rows = await sql<{ id: string; media: string }[]>`
    select turn_id as id, data::json->>'mediaId' as media from events
    where type = 'part.image' and not exists (select from media where media.id = data::json->>'mediaId')`
  return rows.map(({ id, media }) => `${id} told of ${media}, which is not there`)
}

async function head(blobs: BlobStore, sha256: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of blobs.read(sha256, { start: 0, end: NOTE_BYTES })) pieces.push(piece)
  return Buffer.concat(pieces)
}
