/** The simulator in a process of its own, so that its memory and its pauses are not the service's. `SIMULATOR`: its options, as JSON. */
import type { SimulatorOptions } from '../../../src/simulator/options.ts'
import { startSimulator } from '../../../src/simulator/start-simulator.ts'

const simulator = await startSimulator(JSON.parse(process.env.SIMULATOR ?? '{}') as SimulatorOptions)
process.once('SIGTERM', () => void simulator.close().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(1))
process.send?.({ url: simulator.url })
