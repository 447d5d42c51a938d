/** Rows by COPY: half of the server's work of an insert, for rows that come by the hundred. */
import type postgres from 'postgres'
import { type Patience, SilentDatabase, within } from './patience.ts'

/**
 * Stores what `data` holds by a `COPY … FROM STDIN`. It is committed when this resolves, though perhaps not on the disk yet. Where it
 * fails, it may have been stored nevertheless; until then `data` must stay as it is.
 */
export type CopyIn = (statement: string, data: Uint8Array) => Promise<void>

type Client = Pick<postgres.Sql<{ int8: number | bigint }>, 'unsafe'>

/** COPYs by turns over `clients` of one connection each: the driver (3.4.9) would send other statements into the midst of one. */
export function createCopyIn(clients: readonly Client[], patience: Patience | undefined): CopyIn {
  const free = [...clients]
  const waiting: ((client: Client) => void)[] = []
  const take = async () => free.pop() ?? new Promise<Client>((resolve) => waiting.push(resolve))
  const giveBack = (client: Client) => {
    const next = waiting.shift()
    if (next === undefined) free.push(client)
    else next(client)
  }
  return async (statement, data) => {
    const givenUp = new AbortController()
    const copying = (async () => {
      const client = await take()
      try {
        if (givenUp.signal.aborted) throw new SilentDatabase()
        const stream = await client.unsafe(`set local synchronous_commit = off; ${statement}`).writable()
        const stored = new Promise<void>((resolve, reject) => void stream.once('finish', resolve).once('error', reject))
        if (givenUp.signal.aborted) stream.destroy(new SilentDatabase())
        else stream.end(data)
        await stored
      } finally {
        giveBack(client)
      }
    })()
    try {
      await (patience === undefined ? copying : within(patience, copying))
    } catch (error) {
      givenUp.abort('given up')
      throw error
    }
  }
}
