/** What an operator should know of a database server before a service is put on it. */
import type { Sql } from './connect.ts'

export interface ServerFacts {
  /** `18.4`. */
  version: string
  major: number
  /** The server's clock, in Unix ms. */
  nowMs: number
  connectionsMax: number
  /** Whether this user may make schemas here, as the job queue's first start does. */
  mayCreateSchemas: boolean
}

export async function readServerFacts(sql: Sql): Promise<ServerFacts> {
  const [row] = await sql<{ version: string; num: number; ms: number; connections: number; creates: boolean }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as num,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as ms, current_setting('max_connections')::int as connections,
      has_database_privilege(current_database(), 'create') as creates`
  if (row === undefined) throw new Error('the database told nothing of itself')
  const { version, num, ms, connections, creates } = row
  return { version, major: Math.floor(num / 10_000), nowMs: ms, connectionsMax: connections, mayCreateSchemas: creates }
}

/**
 * Resolves when a notification was heard that this very client sent. Behind a pooler that gives each transaction another
 * connection (PgBouncer's transaction mode, Hyperdrive) it never does.
 */
export async function hearOneself(sql: Sql, channel: string): Promise<void> {
  const heard = Promise.withResolvers<void>()
  const subscription = await sql.listen(channel, () => heard.resolve())
  try {
    await sql.notify(channel, '')
    await heard.promise
  } finally {
    await subscription.unlisten()
  }
}
