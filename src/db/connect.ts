/** The one place a PostgreSQL client is made, on Node and on Workers alike. */
import type { PgDatabase } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type CopyIn, createCopyIn } from './copy-in.ts'
import { beginWithin, type Patience, within } from './patience.ts'

/** The postgres.js client. See `connect` for what its rows hold. */
export type Sql = postgres.Sql<{ int8: number | bigint }>

/** Drizzle over that client: the database itself or a transaction, which queries need not tell apart. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>

export interface Connection {
  sql: Sql
  db: Database
  /** Null without `copies`. */
  copyIn: CopyIn | null
}

export interface ConnectOptions {
  /** The most connections held at once for single statements, and as many again for transactions; opened as they are needed. */
  max: number
  /** Connections that do nothing but COPY, opened as they are needed. Default: none. */
  copies?: number
  /** What `pg_stat_activity` shows. */
  applicationName: string
  /** False behind Hyperdrive or another pooler that does not keep a session's prepared statements. Default true. */
  prepare?: boolean
  /** False saves each new connection a round trip, and then raw queries can neither take nor give arrays. Default true. */
  arrays?: boolean
  /** Default 10 000. */
  connectTimeoutMs?: number
  /** An unused connection is closed after this long. Default: never. */
  idleTimeoutMs?: number
  /** Told the text of every statement sent, `begin` and `commit` too. */
  onStatement?: (text: string) => void
  /** Of `db`; `sql` waits for as long as it takes. Default: none. */
  patience?: Patience
}

/**
 * Opens a pool; the first query makes the first connection. The client holds the password: never log it.
 *
 * Rows of raw queries hold: int8 as number, or bigint beyond 2^53; numeric as string; bytea as Uint8Array; timestamps as
 * PostgreSQL's text and JSON parameters to be given as text (drizzle turns off postgres.js's own conversions for both).
 *
 * @param url `postgres://user:password@host:port/database`; `?host=/folder` names a Unix socket's folder, as in libpq
 * @throws Error when the URL cannot be read; its text never repeats the URL
 */
export function connect(url: string, options: ConnectOptions): Connection {
  const sql = open(url, options)
  const transactions = open(url, options)
  // Drizzle sets up how a client reads and writes values; the statements of a transaction want the same.
  drizzle(transactions)
  const copies = createCopyIn(() => open(url, { ...options, max: 1, arrays: false }), options.copies ?? 0, options.patience)
  const endStatements = sql.end
  sql.end = async (how) => void (await Promise.all([endStatements(how), transactions.end(how), copies.end(how)]))
  return {
    sql,
    db: drizzle(preparing(sql, { transactions, patience: options.patience })),
    copyIn: options.copies === undefined || options.copies === 0 ? null : copies.copyIn,
  }
}

/**
 * Between attempts to connect, in seconds. The driver's own goes up to 20 s, counted over the whole pool: ten refusals in the fifth
 * of a second that a server takes to come back were enough for it.
 */
const RECONNECT_SECONDS_MAX = 0.5
const backoff = (refusals: number) => Math.min(3 ** refusals / 100, RECONNECT_SECONDS_MAX)

function open(url: string, options: ConnectOptions): Sql {
  const { href, socketPath } = readUrl(url)
  return postgres(href, {
    max: options.max,
    prepare: options.prepare ?? true,
    backoff,
    connect_timeout: (options.connectTimeoutMs ?? 10_000) / 1000,
    ...(options.idleTimeoutMs === undefined ? {} : { idle_timeout: options.idleTimeoutMs / 1000 }),
    ...(socketPath === null ? {} : { path: socketPath }),
    ...(options.onStatement === undefined ? {} : { debug: tellStatements(options.onStatement) }),
    connection: { application_name: options.applicationName },
    fetch_types: options.arrays ?? true,
    types: { int8 },
    onnotice: () => {},
  })
}

interface Manners {
  /**
   * The client whose connections do nothing but transactions. postgres.js (3.4.9) gives out connections that are in use, and where
   * one cannot take a `begin` at once, it leaves it open under the statements of others: lost with the next crash.
   */
  transactions: Sql
  patience: Patience | undefined
}

/**
 * The client as drizzle is given it: statements are prepared. Drizzle sends them as `unsafe` with `prepare: false`, which costs
 * each of them a second round trip and a new plan; half of the time of a small statement (`npm run bench -- latency`). With
 * `patience`, none of them is waited for for ever.
 */
function preparing<Client extends Sql | TransactionSql>(client: Client, manners: Manners): Client {
  const { transactions, patience } = manners
  return new Proxy(client, {
    get(target, name) {
      if (name === 'unsafe')
        return (...[text, values, options]: Parameters<Sql['unsafe']>) =>
          patient(target.unsafe(text, values, { ...options, prepare: true }), patience)
      if (name === 'begin') {
        const begin = (work: Work) => transactions.begin((inner) => work(preparing(inner, manners)))
        return patience === undefined ? begin : (work: Work) => beginWithin(patience, begin, work)
      }
      if (name === 'savepoint' && 'savepoint' in target) return (work: Work) => target.savepoint((inner) => work(preparing(inner, manners)))
      return Reflect.get(target, name)
    },
  })
}

/** Drizzle may say after the call that it wants the rows as arrays: it asks for `values`. */
function patient<Rows>(statement: Promise<Rows> & { values(): unknown }, patience: Patience | undefined) {
  if (patience === undefined) return statement
  const answer = within(patience, statement)
  const values = () => {
    statement.values()
    return answer
  }
  return Object.assign(answer, { values })
}

type TransactionSql = postgres.TransactionSql<{ int8: number | bigint }>
type Work = (inner: TransactionSql) => Promise<unknown>

function tellStatements(onStatement: (text: string) => void): NonNullable<postgres.Options<Record<never, never>>['debug'] & object> {
  return (_connection: number, text: string) => onStatement(text)
}

const int8: postgres.PostgresType<number | bigint> = {
  to: 20,
  from: [20],
  serialize: (value: number | bigint) => value.toString(),
  parse: (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
}

/** postgres.js sends an unknown `?host=` to the server as a setting, so the socket is taken out of the URL. */
function readUrl(text: string): { href: string; socketPath: string | null } {
  const url = URL.parse(text)
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new Error('the database URL cannot be read: it should look like postgres://user:password@host:5432/database')
  }
  const host = url.searchParams.get('host')
  url.searchParams.delete('host')
  return { href: url.href, socketPath: host === null ? null : `${host}/.s.PGSQL.${url.port || '5432'}` }
}
