/** Rows by COPY: half of the server's work of an insert, for rows that come by the hundred. */
import type postgres from 'postgres'
import { type Patience, SilentDatabase, within } from './patience.ts'

/**
 * Stores what `data` holds by a `COPY … FROM STDIN`. It is committed when this resolves, though perhaps not on the disk yet, and
 * `data` is free again. Where it fails, it may have been stored nevertheless, or be stored later: `data` must stay as it is.
 */
export type CopyIn = (statement: string, data: Uint8Array) => Promise<void>

export interface Copies {
  copyIn: CopyIn
  end: postgres.Sql['end']
}

type Client = Pick<postgres.Sql<{ int8: number | bigint }>, 'unsafe' | 'end'>

/**
 * COPYs by turns over `count` clients of one connection each: the driver (3.4.9) would send other statements into the midst of one.
 * A connection on which one was given up is let go of: it may be silent for ever.
 */
export function createCopyIn(open: () => Client, count: number, patience: Patience | undefined): Copies {
  const clients = new Set(Array.from({ length: count }, open))
  const free = [...clients]
  const waiting: ((client: Client) => void)[] = []
  const take = async () => free.pop() ?? new Promise<Client>((resolve) => waiting.push(resolve))
  const giveBack = (client: Client) => {
    const next = waiting.shift()
    if (next === undefined) free.push(client)
    else next(client)
  }
  const replace = (client: Client): Client => {
    clients.delete(client)
    void client.end({ timeout: 0 })
    const fresh = open()
    clients.add(fresh)
    return fresh
  }

  const copyIn: CopyIn = async (statement, data) => {
    const client = await (patience === undefined ? take() : takeWithin(patience))
    const copying = copy(client, statement, data)
    try {
      await (patience === undefined ? copying : within(patience, copying))
      giveBack(client)
    } catch (error) {
      giveBack(error instanceof SilentDatabase ? replace(client) : client)
      throw error
    }
  }

  /** One that comes too late is for the next. */
  async function takeWithin(limit: Patience): Promise<Client> {
    const taken = take()
    try {
      return await within(limit, taken)
    } catch (error) {
      void taken.then(giveBack)
      throw error
    }
  }

  return { copyIn, end: async (how) => void (await Promise.all([...clients].map((client) => client.end(how)))) }
}

async function copy(client: Client, statement: string, data: Uint8Array): Promise<void> {
  const stream = await client.unsafe(`set local synchronous_commit = off; ${statement}`).writable()
  // It may have failed in the moment it began.
  if (stream.errored !== null) throw stream.errored
  await new Promise<void>((resolve, reject) => void stream.once('finish', resolve).once('error', reject).end(data))
}
