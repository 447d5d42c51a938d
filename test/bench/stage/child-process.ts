/** Child processes of a bench: started, asked over IPC, measured by what the kernel says of them, ended. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface BenchProcess {
  /** Sends a message and returns the answer. Rejects when the process ends instead. */
  ask<Answer>(message: unknown): Promise<Answer>
  /** Most memory it ever held, and what it holds now, in bytes; nothing once it has ended. */
  memory(): { peakBytes: number; nowBytes: number }
  /** CPU time it used so far, in ms. */
  cpuMs(): number
  stop(): Promise<void>
}

export interface BenchProcessOptions {
  env?: NodeJS.ProcessEnv
  /** For node itself. */
  flags?: readonly string[]
}

/** Clock ticks of /proc are hundredths of a second on every Linux. */
const TICK_MS = 10

/** Starts `file` (beside this one) and returns when it has sent its first message, along with that. */
export async function startProcess<Hello>(
  file: string,
  { env = {}, flags = [] }: BenchProcessOptions = {},
): Promise<{ child: BenchProcess; hello: Hello }> {
  const process_ = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: [...flags],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const hello = await nextMessage<Hello>(process_)
  const child: BenchProcess = {
    ask: (message) => {
      const answer = nextMessage(process_)
      process_.send(message as object)
      return answer as Promise<never>
    },
    memory: () => memoryOf(process_.pid ?? 0),
    cpuMs: () => cpuOf(process_.pid ?? 0),
    stop: async () => {
      if (process_.exitCode !== null || process_.signalCode !== null) return
      const ended = once(process_, 'exit')
      process_.kill('SIGTERM')
      await ended
    },
  }
  return { child, hello }
}

function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) => reject(new Error(`the process ended (${signal ?? code})`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message as Message)
    })
  })
}

function memoryOf(pid: number): { peakBytes: number; nowBytes: number } {
  if (!existsSync(`/proc/${pid}`)) return { peakBytes: 0, nowBytes: 0 }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { peakBytes: kilobytes('VmHWM'), nowBytes: kilobytes('VmRSS') }
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
