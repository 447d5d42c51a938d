/** Processes of the service, as `npm start` runs it, over one database and one folder of media. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../../../src/node/main.ts')
const START_MS_MAX = 30_000

interface ServiceNode {
  child: ChildProcess
  /** Null until it listens, and again once it has gone. */
  url: string | null
  /** Whether it was told to go. */
  told: boolean
}

export interface Nodes {
  /** Where requests can be sent now; nodes that are frozen are among them, as behind any load balancer. */
  urls(): string[]
  /** Resolves when it listens; a start that fails for want of a database is tried again. */
  start(slot: number): Promise<void>
  /** `SIGKILL`: gone at once. `SIGTERM`: it drains. Resolves with its exit code (null: killed) when it has gone. */
  end(slot: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  /** What nodes did that they should not: went without being told to, or ended badly. */
  complaints: readonly string[]
  /** Stops it in mid-air for `ms`, as a suspended machine is. */
  freeze(slot: number, ms: number): Promise<void>
  close(): Promise<void>
}

/** @param logPath all they say is written there */
export function createNodes(env: NodeJS.ProcessEnv, logPath: string): Nodes {
  const nodes = new Map<number, ServiceNode>()
  const log = createWriteStream(logPath, { flags: 'a' })
  const complaints: string[] = []
  let closed = false
  // However this process ends, they end with it.
  const killAll = () => {
    for (const { child } of nodes.values()) child.kill('SIGKILL')
  }
  process.once('exit', killAll)

  const end: Nodes['end'] = async (slot, signal) => {
    const node = nodes.get(slot)
    if (node === undefined || node.child.exitCode !== null || node.child.signalCode !== null) return null
    const gone = once(node.child, 'exit')
    node.told = true
    node.child.kill(signal)
    await gone
    const { exitCode, signalCode, pid } = node.child
    if (exitCode !== 0 && signalCode !== signal) complaints.push(`node ${pid}, told to stop, ended with ${exitCode ?? signalCode}`)
    return exitCode
  }
  return {
    complaints,
    urls: () => [...nodes.values()].flatMap(({ url }) => url ?? []),
    start: async (slot) => {
      const untilMs = Date.now() + START_MS_MAX
      while (!closed) {
        const node: ServiceNode = { child: spawnNode(env), url: null, told: false }
        nodes.set(slot, node)
        if (await listening(node, log, complaints)) {
          node.child.once('exit', (code, killedBy) => {
            if (!node.told) complaints.push(`node ${node.child.pid} ended with ${code ?? killedBy}, and nobody had told it to`)
          })
          return
        }
        if (Date.now() > untilMs) throw new Error(`node ${slot} does not start; see ${logPath}`)
      }
    },
    end,
    freeze: async (slot, ms) => {
      const node = nodes.get(slot)
      node?.child.kill('SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, ms))
      node?.child.kill('SIGCONT')
    },
    close: async () => {
      closed = true
      for (const { child } of nodes.values()) child.kill('SIGCONT')
      await Promise.all([...nodes.keys()].map((slot) => end(slot, 'SIGKILL')))
      process.off('exit', killAll)
      log.end()
    },
  }
}

function spawnNode(env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [MAIN], { env: { ...process.env, ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** An answer in hand that could not be written, since the database had lost what it names (`foreign_key_violation`). */
const LOST_ANSWER = /"event":"turn\.run_failed".*\b23503\b/

/** True when it says that it listens, false when it ends before. */
function listening(node: ServiceNode, log: WriteStream, complaints: string[]): Promise<boolean> {
  const { child } = node
  return new Promise((resolve) => {
    child.once('exit', () => {
      node.url = null
      resolve(false)
    })
    child.stderr?.pipe(log, { end: false })
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${child.pid} ${line}\n`)
      if (LOST_ANSWER.test(line)) complaints.push(`node ${child.pid} threw an answer away: ${line}`)
      const [, url] = /"event":"service\.started","url":"([^"]+)"/.exec(line) ?? []
      if (url === undefined) return
      node.url = url
      resolve(true)
    })
  })
}
