import type { SimulatorClock } from '../clock.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Fault, FaultKind, FaultRule } from './fault-rule.ts'

/** What a rule can look at. */
export type FaultOccasion = {
  call: 'generate' | 'upload' | 'files' | 'models'
  n: number
  nOfModel: number
  model: string
  prompt: string
  imageSize?: string | undefined
}

export type FaultSchedule = {
  set(rules: FaultRule[]): void
  /** The faults of this request, in the order of their rules: any number of modifiers and at most one other. Counts against `times`. */
  due(occasion: FaultOccasion): Fault[]
}

const MODIFIERS: ReadonlySet<FaultKind> = new Set<FaultKind>(['latency', 'slow_body', 'expire_files', 'reroute'])

export function createFaultSchedule({ clock, random }: { clock: SimulatorClock; random: SeededRandom }): FaultSchedule {
  let entries: { rule: FaultRule; index: number; hits: number }[] = []

  const applies = ({ rule, index, hits }: (typeof entries)[number], occasion: FaultOccasion): boolean => {
    const { call, model, nth, rate, prompt, imageSize, fromMs, untilMs } = rule.match
    const elapsedMs = clock.elapsedMs()
    const number = nth?.of === 'all' ? occasion.n : occasion.nOfModel
    return (
      hits < (rule.times ?? Number.POSITIVE_INFINITY) &&
      (call === 'any' || call === occasion.call) &&
      (model === undefined || model === occasion.model) &&
      (imageSize === undefined || imageSize === occasion.imageSize) &&
      (nth === undefined || (number >= nth.from && number <= (nth.to ?? Number.POSITIVE_INFINITY))) &&
      (prompt === undefined || occasion.prompt.toLowerCase().includes(prompt.toLowerCase())) &&
      elapsedMs >= (fromMs ?? 0) &&
      elapsedMs < (untilMs ?? Number.POSITIVE_INFINITY) &&
      (rate === undefined || random.unit('fault', index, occasion.n) < rate)
    )
  }

  return {
    set(rules) {
      entries = rules.map((rule, index) => ({ rule, index, hits: 0 }))
    },
    due(occasion) {
      const faults: Fault[] = []
      for (const entry of entries) {
        if (!applies(entry, occasion)) continue
        entry.hits += 1
        faults.push(entry.rule.fault)
        if (!MODIFIERS.has(entry.rule.fault.kind)) break
      }
      return faults
    },
  }
}
