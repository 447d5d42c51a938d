/** What the service listens on, and the proxy it goes out by. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Config } from '../../config.ts'
import { explain } from './explain.ts'
import { broken, doubtful, type Finding, fine } from './finding.ts'

const PROXY_MS = 5_000

export async function checkNetwork({ host, port, httpsProxy }: Config): Promise<Finding[]> {
  const findings = [await checkPort(host, port)]
  return httpsProxy === null ? findings : [...findings, await checkProxy(httpsProxy)]
}

async function checkPort(host: string, port: number): Promise<Finding> {
  const place = `${host}:${port}`
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return fine(`${place} is free to listen on`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return doubtful(`${place} is taken`, 'nothing to do if that is this very service; else choose another PORT')
    return broken(`${place} cannot be listened on: ${explain(error)}`, 'choose another HOST or PORT; ports below 1024 need rights')
  }
}

async function checkProxy(httpsProxy: string): Promise<Finding> {
  const { hostname, port, protocol } = new URL(httpsProxy)
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    timeout: PROXY_MS,
  })
  socket.on('timeout', () => socket.destroy(new Error('no connection within 5 s')))
  try {
    await once(socket, 'connect')
    return fine(`The proxy ${hostname} answers`)
  } catch (error) {
    return broken(`The proxy ${hostname} cannot be reached: ${explain(error)}`, 'mend HTTPS_PROXY, or unset it')
  } finally {
    socket.destroy()
  }
}
