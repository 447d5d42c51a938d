/** Databases for tests: each a fresh clone of the migrated template, in the run's one cluster. */
import { randomUUID } from 'node:crypto'
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { type Connection, type ConnectOptions, connect } from '../../src/db/connect.ts'
import { type ClusterAddress, urlOfDatabase } from './test-cluster.ts'

export interface TestDatabase extends Connection {
  url: string
  /** The same database by TCP, for clients that know no sockets (workerd). */
  tcpUrl: string
  /** Closes the pool and drops the database. Happens by itself when the test file ends. */
  close(): Promise<void>
}

interface OpenCluster {
  address: ClusterAddress
  admin: Connection
}

let cluster: Promise<OpenCluster> | undefined
const open = new Set<TestDatabase>()

/**
 * A migrated, empty database of its own (about 30 ms). Cheap enough for each test; a file may also share one.
 *
 * @param options `max`: connections in its pool; `copies`, `onStatement`: see `connect`
 */
export async function freshDatabase({
  max = 10,
  copies = 1,
  ...watched
}: Pick<Partial<ConnectOptions>, 'max' | 'copies' | 'onStatement'> = {}): Promise<TestDatabase> {
  cluster ??= openCluster()
  const { address, admin } = await cluster
  const name = `${address.namePrefix}${randomUUID().slice(0, 8)}`
  await admin.sql`create database ${admin.sql(name)} template ${admin.sql(address.template)}`
  const url = urlOfDatabase(address.url, name)
  const connection = connect(url, { max, copies, applicationName: 'pentimento-test', ...watched })
  const database: TestDatabase = {
    ...connection,
    url,
    tcpUrl: urlOfDatabase(address.tcpUrl ?? address.url, name),
    close: async () => {
      if (!open.delete(database)) return
      await connection.sql.end({ timeout: 1 })
      await admin.sql`drop database if exists ${admin.sql(name)} with (force)`
    },
  }
  open.add(database)
  return database
}

/** After each test file (`clean-up.ts`): files share one worker, and leave no connection to the next one. */
export async function closeDatabases(): Promise<void> {
  const opened = cluster
  if (opened === undefined) return
  await Promise.all([...open].map((database) => database.close()))
  cluster = undefined
  await (await opened).admin.sql.end({ timeout: 1 })
}

async function openCluster(): Promise<OpenCluster> {
  const answer = JSON.parse(await text(createConnection(inject('testClusterPort'), '127.0.0.1'))) as {
    address: ClusterAddress
    error?: string
  }
  if (answer.error !== undefined) throw new Error(`no database for tests: ${answer.error}`)
  return { address: answer.address, admin: connect(answer.address.url, { max: 2, applicationName: 'pentimento-test-admin' }) }
}
