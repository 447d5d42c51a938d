/** A heap of its own, in which buffers that nobody holds are made beside `collectYoung`; says how much was held, and how much is left. */
import { Buffer } from 'node:buffer'
import { getHeapStatistics } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { collectYoung } from '../../src/node/collect-young.ts'
import { systemClock } from '../../src/runtime/clock.ts'

const held = () => getHeapStatistics().external_memory

const MEGABYTES = 24
const LOOKS_MAX = 200

const stopped = new AbortController()
const collecting = collectYoung(systemClock, stopped.signal)
const before = held()
// Without filling V8's heap.
for (let n = 0; n < MEGABYTES; n++) Buffer.allocUnsafeSlow(1024 * 1024)
const grown = held() - before
let looks = 0
while (held() - before > grown / 4 && looks++ < LOOKS_MAX) await systemClock.sleep(10)
parentPort?.postMessage({ grown, left: held() - before })
stopped.abort()
await collecting
