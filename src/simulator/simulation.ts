import { createClock, type SimulatorClock } from './clock.ts'
import { createPainter, type Painter } from './drawing/painter.ts'
import { createFaultSchedule, type FaultSchedule } from './faults/fault-schedule.ts'
import { createQuotaMeter, type QuotaMeter } from './faults/quota-meter.ts'
import { createFileStore, type FileStore } from './files/file-store.ts'
import { createUploads, type Uploads } from './files/uploads.ts'
import { createSignatureMint, type SignatureMint } from './generate/signature.ts'
import { MODELS } from './models.ts'
import type { SimulatorSettings } from './options.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'

/** Everything one simulator remembers and works with; the HTTP server around it keeps no state of its own. */
export type Simulation = {
  settings: SimulatorSettings
  clock: SimulatorClock
  random: SeededRandom
  log: RequestLog
  faults: FaultSchedule
  quotas: QuotaMeter
  files: FileStore
  uploads: Uploads
  mint: SignatureMint
  paint: Painter
  /** Random bytes, at most 32, never given out twice: for ids. Another start of the simulator gives others. */
  uniqueBytes(length: number): Buffer
  /** Forgets requests, faults, quotas, files and uploads; the clock keeps its time but counts elapsed time from now. */
  reset(): void
}

export function createSimulation(settings: SimulatorSettings): Simulation {
  const clock = createClock(settings.startMs)
  const random = createSeededRandom(settings.seed)
  const bootMs = settings.startMs ?? clock.nowMs()
  const log = createRequestLog({ clock, entriesMax: settings.logEntriesMax })
  const faults = createFaultSchedule({ clock, random })
  const quotas = createQuotaMeter({ clock, quotas: settings.quotas })
  const files = createFileStore({ clock, processingMs: settings.fileProcessingMs })
  const uploads = createUploads()
  faults.set(settings.faults)
  let serial = 0

  return {
    ...{ settings, clock, random, log, faults, quotas, files, uploads },
    mint: createSignatureMint({
      secret: settings.secret,
      models: MODELS.filter(({ signs }) => signs).map(({ id }) => id),
      fast: settings.validation === 'fast',
    }),
    paint: createPainter(settings),
    uniqueBytes(length) {
      serial += 1
      return random.bytes(length, 'unique', bootMs, serial)
    },
    reset() {
      clock.restart()
      log.reset()
      faults.set([])
      quotas.reset()
      files.clear()
      uploads.clear()
    },
  }
}
