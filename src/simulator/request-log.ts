import type { SimulatorClock } from './clock.ts'

/** One request of the API, whatever became of it. Holds no prompt, no key and no image, only digests. */
export type LogEntry = {
  /** 1-based, over all requests since the start or the last reset. */
  n: number
  /** 1-based, among those with the same call and model. */
  nOfModel: number
  call: 'generate' | 'upload' | 'files' | 'models'
  /** `generateContent`, `streamGenerateContent`, `files.start`, `files.upload`, `files.get` … */
  method: string
  /** As requested; empty where the call has none. */
  model: string
  /** Who answered. */
  modelVersion?: string
  /** Epoch milliseconds on the simulator's clock. */
  startedMs: number
  endedMs?: number
  requestBytes: number
  /** `refused`: the request or a quota was at fault; `fault`: a rule; `client_gone`: the caller left before the end. */
  outcome: 'open' | 'answered' | 'refused' | 'fault' | 'client_gone' | 'defect'
  /** The rule's fault that ended it. */
  fault?: string
  /** HTTP status, where one was sent. */
  status?: number
  /** `error.status` and `error.message` that were sent. */
  error?: string
  /** Whether a generation was carried out: what the real API would have done the work for. */
  generated: boolean
  /** The images of the conversation, in order. */
  images: { role: string; via: string; sha256: string }[]
  /** Those named in `recordHeaders`. */
  headers: Record<string, string>
}

export type RequestCounts = {
  requests: number
  /** Generations carried out. */
  generated: number
  inFlight: number
  inFlightMax: number
  requestBytes: number
  byOutcome: Record<string, number>
  byStatus: Record<string, number>
  byModel: Record<string, { requests: number; generated: number }>
}

export type RequestLog = {
  open(entry: Pick<LogEntry, 'call' | 'method' | 'model' | 'headers'>): LogEntry
  /** A generation is carried out for this request, whether or not its caller will get it. */
  noteGeneration(entry: LogEntry): void
  close(entry: LogEntry): void
  entries(): LogEntry[]
  counts(): RequestCounts
  reset(): void
}

export function createRequestLog({ clock, entriesMax }: { clock: SimulatorClock; entriesMax: number }): RequestLog {
  let entries: LogEntry[] = []
  let numbers = new Map<string, number>()
  let counts = emptyCounts()

  const countsOf = (model: string) => {
    const ofModel = counts.byModel[model] ?? { requests: 0, generated: 0 }
    counts.byModel[model] = ofModel
    return ofModel
  }

  return {
    open(start) {
      const key = `${start.call} ${start.model}`
      const nOfModel = (numbers.get(key) ?? 0) + 1
      numbers.set(key, nOfModel)
      counts.requests += 1
      counts.inFlight += 1
      counts.inFlightMax = Math.max(counts.inFlightMax, counts.inFlight)
      const entry: LogEntry = {
        ...{ n: counts.requests, nOfModel, ...start, startedMs: clock.nowMs() },
        ...{ requestBytes: 0, outcome: 'open', generated: false, images: [] },
      }
      if (entry.model !== '') countsOf(entry.model).requests += 1
      entries.push(entry)
      if (entries.length > entriesMax) entries.shift()
      return entry
    },
    noteGeneration(entry) {
      entry.generated = true
      counts.generated += 1
      countsOf(entry.model).generated += 1
    },
    close(entry) {
      entry.endedMs = clock.nowMs()
      counts.inFlight -= 1
      counts.requestBytes += entry.requestBytes
      increment(counts.byOutcome, entry.outcome)
      increment(counts.byStatus, String(entry.status ?? 'none'))
    },
    entries: () => structuredClone(entries),
    counts: () => structuredClone(counts),
    reset() {
      const { inFlight } = counts
      entries = []
      numbers = new Map()
      counts = { ...emptyCounts(), inFlight }
    },
  }
}

function emptyCounts(): RequestCounts {
  return { requests: 0, generated: 0, inFlight: 0, inFlightMax: 0, requestBytes: 0, byOutcome: {}, byStatus: {}, byModel: {} }
}

function increment(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1
}
