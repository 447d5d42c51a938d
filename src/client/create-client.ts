/** The client: everything the API offers an application, without a dependency, in browsers, Node and Workers. */
import { systemClock } from '../runtime/clock.ts'
import { systemRandom } from '../runtime/random.ts'
import type { Model } from './contract.ts'
import { EditingSession } from './editing-session.ts'
import { mediaOf } from './media.ts'
import { monitoringOf } from './monitoring.ts'
import { sessionsOf } from './sessions.ts'
import { turnsOf } from './turns.ts'
import { Wire, type WireOptions } from './wire.ts'

export type ClientOptions = WireOptions
export type Client = ReturnType<typeof createClient>

/** A client of the service at `baseUrl`, with a `key` (servers) or a session's `token` (browsers); neither where none is asked for. */
export function createClient(options: ClientOptions) {
  const wire = new Wire(options, { clock: systemClock, random: systemRandom })
  return {
    sessions: sessionsOf(wire),
    turns: turnsOf(wire),
    media: mediaOf(wire),
    monitoring: monitoringOf(wire),
    models: {
      /** What each model can do, what it costs and how it fares. */
      list: async (): Promise<Model[]> => (await wire.json<{ data: Model[] }>('GET', '/v1/models', { repeatable: true })).data,
    },
    /** A session known by its id; nothing is sent yet. */
    session: (id: string) => new EditingSession(wire, id),
  }
}
