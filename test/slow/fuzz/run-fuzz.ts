/** Sends mutated requests for every operation of the OpenAPI document, and judges each answer. The same seed sends the same requests. */
import { type DescribedOperation, OPERATIONS } from '../../http/described-operations.ts'
import { as, type Belongings, keyOf, type TwoTenants } from '../../http/two-tenants.ts'
import { encode } from '../../media/picture-files.ts'
import { type Chance, createChance } from '../chaos/chance.ts'
import { exchange } from './exchange.ts'
import { describeRequest, type FuzzedRequest, toWire } from './fuzzed-request.ts'
import { generateRequest } from './generate-request.ts'
import { judge } from './judge.ts'
import { FRAMINGS, MUTATIONS } from './mutations.ts'

const AT_ONCE = 6
const ANSWER_MS_MAX = 15_000
const IDS_KEPT = 30

export interface Fuzzed {
  requests: number
  /** How many answers had each status; `none` where there was none. */
  statuses: Record<string, number>
  /** By operation, how many were carried out: fuzzing that is only ever refused shows nothing. */
  carriedOut: Record<string, number>
  /** Each with the seed and number that make it again. */
  findings: string[]
}

export async function runFuzz(world: TwoTenants, { seed, requests }: { seed: number; requests: number }): Promise<Fuzzed> {
  const secrets = secretsOf(world)
  const callers = callersOf(world)
  const port = Number(new URL(world.url).port)
  const picture = await encode('png', 12, 12)
  const known = new Map<string, string[]>()
  const learn = (text: string) => {
    for (const [id, kind = ''] of text.matchAll(/\b(ses|trn|med|key)_[0-9a-z]{26}\b/g)) {
      known.set(kind, [...(known.get(kind) ?? []), id].slice(-IDS_KEPT))
    }
  }
  learn(JSON.stringify(world.rival))
  const fuzzed: Fuzzed = { requests: 0, statuses: {}, carriedOut: {}, findings: [] }

  const sendOne = async (n: number) => {
    // Of its own, so that one request can be made again without those before.
    const chance = createChance(seed * 1_000_003 + n)
    const caller = chance.pick(callers)
    const { request, mutations } = makeRequest({ chance, picture, foreign: secrets.ids, known, anchor: Object.values(world.rival) })
    request.headers.push(...Object.entries(caller))
    // Without anything of its own a tenant is told nothing but that there is no such thing.
    if (request.method === 'DELETE') request.target = request.target.replace(world.rival.ses, nobodys('ses'))
    const wire = toWire(request)
    const outcome = await within(ANSWER_MS_MAX, (over) => exchange(port, { wire, cut: request.cut }, over))
    const isAdmins = caller.Authorization === as('admin').Authorization
    const hidden = isAdmins ? { ids: [], texts: secrets.keys } : { ids: secrets.ids, texts: [...secrets.keys, ...secrets.words] }
    const told = outcome instanceof Error ? [outcome.message] : judge(request, outcome, hidden, plain(wire))
    const status = outcome instanceof Error ? 'none' : String(outcome.answer?.status ?? 'none')
    fuzzed.requests += 1
    fuzzed.statuses[status] = (fuzzed.statuses[status] ?? 0) + 1
    if (status < '300') fuzzed.carriedOut[request.operationId] = (fuzzed.carriedOut[request.operationId] ?? 0) + 1
    if (!(outcome instanceof Error) && !isAdmins) learn(outcome.received)
    for (const what of told)
      fuzzed.findings.push(`seed ${seed}, request ${n} (${mutations.join(', ')}) ${what}\n${describeRequest(request)}`)
  }
  let next = 0
  const sender = async () => {
    while (next < requests) await sendOne(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  return fuzzed
}

interface Making {
  chance: Chance
  picture: Buffer
  /** Ids of the other tenant. */
  foreign: readonly string[]
  /** Ids seen so far, by kind. */
  known: ReadonlyMap<string, readonly string[]>
  /** Ids of what is there until the end. */
  anchor: readonly string[]
}

const nobodys = (kind: string) => `${kind}_${'0'.repeat(26)}`

function makeRequest({ chance, picture, foreign, known, anchor }: Making): { request: FuzzedRequest; mutations: string[] } {
  const ids = (kind: string) => {
    const [theirs, seen] = [foreign.filter((id) => id.startsWith(kind)), known.get(kind) ?? []]
    if (chance.unit() < 0.4) return anchor.find((id) => id.startsWith(kind)) ?? nobodys(kind)
    return chance.pick(chance.unit() < 0.6 && seen.length > 0 ? seen : [...theirs, nobodys(kind)])
  }
  const operation: DescribedOperation = chance.pick(OPERATIONS)
  const framed = chance.unit() < 0.1 ? [chance.pick(Object.entries(FRAMINGS))] : []
  const mutations = [...Array.from({ length: chance.pick([0, 1, 1, 2, 3]) }, () => chance.pick(Object.entries(MUTATIONS))), ...framed]
  const right = generateRequest(operation, { chance, ids, picture })
  const request = mutations.reduce((before, [, mutate]) => mutate(before, chance), right)
  return { request, mutations: mutations.map(([name]) => name) }
}

/** What a request says, however it was escaped: whoever knows an id may be told it. */
function plain(wire: Buffer): string {
  return wire.toString('latin1').replaceAll(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** One tenant does most of the asking, with all it knows; now and then somebody else. */
function callersOf({ rival }: TwoTenants): Record<string, string>[] {
  const token = { Authorization: `Bearer ${rival.token}` }
  return [...Array.from({ length: 12 }, () => as('rival')), token, token, {}, { Authorization: 'Bearer wrong' }, as('admin'), as('admin')]
}

function secretsOf({ owner }: TwoTenants) {
  const idsOf = ({ ses, trn, med, token }: Belongings) => [ses, trn, med, token]
  return {
    ids: idsOf(owner),
    words: ['A title of owner', 'A prompt of owner'],
    keys: [keyOf('owner'), keyOf('rival'), keyOf('admin')],
  }
}

/** What `work` gives, or the error it ended with; its signal aborts when it has taken too long. */
async function within<Result>(ms: number, work: (over: AbortSignal) => Promise<Result>): Promise<Result | Error> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), ms)
  return work(over.signal)
    .catch((error: Error) => error)
    .finally(() => clearTimeout(timer))
}
