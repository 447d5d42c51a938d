/** A TCP proxy that breaks connections on purpose. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface CuttingProxy {
  url: string
  /** Connections accepted so far. */
  accepted(): number
  /** Breaks every connection that is open now. */
  cut(): void
  /**
   * What to do with bytes of the service before they are passed on: `cut` ends the connection in their place, `reset` with an
   * error; other bytes are passed on in place of them.
   */
  onAnswer(look: (bytes: Buffer) => 'pass' | 'cut' | 'reset' | Buffer): void
  /** From now on connections are closed as soon as they are made, until called with false. */
  refuse(refusing: boolean): void
}

/** Stands before `target` (an http URL) until the test ends. */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let look: Parameters<CuttingProxy['onAnswer']>[0] = () => 'pass'
  let refusing = false
  let accepted = 0
  const server = createServer((client) => {
    accepted += 1
    client.on('error', () => {})
    if (refusing) return client.destroy()
    const upstream = connect(Number(port), hostname)
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        open.delete(socket)
        end()
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes) => {
      const fate = look(bytes)
      if (fate === 'reset') client.resetAndDestroy()
      if (fate === 'pass') client.write(bytes)
      else if (typeof fate !== 'string') client.write(fate)
      else end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    server.close()
    cut()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    accepted: () => accepted,
    cut,
    onAnswer: (next) => {
      look = next
    },
    refuse: (next) => {
      refusing = next
    },
  }
}
