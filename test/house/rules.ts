/** The house rules as data. `check.ts` reads them; each says what to do about a breach. */

export interface Layer {
  /** A folder of `src/` (with a slash at its end) or a file there. */
  place: string
  /** Other places it may import; its own it may always. */
  mayImport: readonly string[]
  /** Packages by name; `name*` allows all that begin so. */
  packages: readonly string[]
  /** Where the imported thing belongs instead. */
  remedy: string
}

const workersNode = ['node:crypto', 'node:buffer', 'node:stream', 'node:zlib'] as const

/** Arrows point down only: node, worker → compose → http → services → db, engine → domain. Adapters are reached by domain/ports.ts. */
export const layers: readonly Layer[] = [
  {
    place: 'domain/',
    mayImport: ['engine/'],
    packages: ['zod'],
    remedy: 'domain/ and engine/ are pure: pass the value in, or put a type for what is needed into domain/ports.ts',
  },
  {
    place: 'engine/',
    mayImport: ['domain/'],
    packages: ['zod'],
    remedy: 'domain/ and engine/ are pure: pass the value in, or put a type for what is needed into domain/ports.ts',
  },
  {
    place: 'runtime/',
    mayImport: ['domain/'],
    packages: [],
    remedy: 'runtime/ is only time, chance and the log: what needs more belongs to the layer that uses it',
  },
  {
    place: 'gemini/',
    mayImport: ['domain/'],
    packages: ['zod', ...workersNode],
    remedy: 'an adapter knows the domain and itself: have compose.ts pass in what it needs (HTTP comes as a port from node/)',
  },
  {
    place: 'media/',
    mayImport: ['domain/', 'runtime/instant.ts'],
    packages: ['zod', 'aws4fetch', 'libheif-js*', ...workersNode],
    remedy: 'an adapter knows the domain and itself: have compose.ts pass in what it needs',
  },
  {
    place: 'db/',
    mayImport: ['domain/'],
    packages: ['zod', 'drizzle-orm*', 'postgres', 'rate-limiter-flexible*', ...workersNode],
    remedy: 'db/ is queries over the domain: decide in services/ or engine/ and pass the result in',
  },
  {
    place: 'monitoring/',
    mayImport: ['domain/', 'db/', 'runtime/instant.ts'],
    packages: ['zod', 'drizzle-orm*'],
    remedy: 'monitoring/ reads the attempt ledger: put the query into db/ and what acts on it into services/',
  },
  {
    place: 'services/',
    mayImport: ['domain/', 'engine/', 'db/', 'monitoring/', 'runtime/instant.ts'],
    packages: ['zod'],
    remedy: 'services/ reaches adapters, time and chance through ctx: add a type to domain/ports.ts and let compose.ts provide it',
  },
  {
    place: 'http/',
    mayImport: ['domain/', 'engine/', 'services/', 'monitoring/', 'runtime/instant.ts', 'playground/assets.ts'],
    packages: ['zod', 'hono*', '@hono/zod-openapi'],
    remedy: 'a route parses, calls a service and maps the answer: put the work into services/',
  },
  {
    place: 'config.ts',
    mayImport: ['domain/', 'engine/', 'config/'],
    packages: ['zod'],
    remedy: 'config.ts turns the environment into data: act on it in compose.ts',
  },
  {
    place: 'config/',
    mayImport: ['domain/', 'engine/'],
    packages: ['zod'],
    remedy: 'the configuration is data made of the environment: act on it in compose.ts',
  },
  {
    place: 'compose.ts',
    mayImport: [
      ...['config.ts', 'config/', 'domain/', 'engine/', 'services/', 'db/', 'gemini/', 'media/', 'monitoring/', 'http/', 'runtime/'],
      'playground/',
    ],
    packages: ['zod'],
    remedy: 'compose.ts serves Node and Workers alike: take what only one of them has as a parameter from node/ or worker/',
  },
  {
    place: 'simulator/',
    mayImport: [],
    packages: ['node:*', 'zod', 'hono*', '@hono/node-server', 'sharp'],
    remedy: 'the simulator shares nothing with the service, so that it cannot share its mistakes: write it down again from wire-facts',
  },
  {
    place: 'client/',
    mayImport: ['runtime/clock.ts', 'runtime/random.ts', 'domain/', 'http/contract/'],
    packages: ['@hono/zod-openapi'],
    remedy: 'the client runs in browsers and depends on nothing: of the service it takes types alone (import type)',
  },
  {
    place: 'playground/build.ts',
    mayImport: ['playground/assets.ts'],
    packages: ['node:*', 'esbuild'],
    remedy: 'the build of the page bundles it, and knows nothing of the service',
  },
  {
    place: 'playground/',
    mayImport: ['client/', 'runtime/clock.ts', 'runtime/instant.ts'],
    packages: ['preact*', 'uplot'],
    remedy: 'the playground is a page: it speaks to the service by the client alone',
  },
  {
    place: 'node/',
    mayImport: [
      ...['compose.ts', 'config.ts', 'config/', 'domain/', 'engine/', 'services/', 'db/', 'gemini/', 'media/', 'monitoring/', 'http/'],
      ...['runtime/', 'simulator/', 'playground/', 'package.json'],
    ],
    packages: ['node:*', '@hono/node-server*', 'hono*', 'pg-boss', 'sharp', 'libheif-js*', 'undici', 'zod', 'drizzle-orm*'],
    remedy: 'what Node and Workers share belongs below compose.ts',
  },
  {
    place: 'worker/',
    mayImport: [
      ...['compose.ts', 'config.ts', 'config/', 'domain/', 'engine/', 'services/', 'db/', 'gemini/', 'media/', 'monitoring/', 'http/'],
      ...['runtime/', 'playground/', 'package.json'],
    ],
    packages: ['cloudflare:*', 'hono*', 'zod', ...workersNode],
    remedy: 'a Worker has no Node: what both need belongs below compose.ts, what differs gets a sibling in worker/',
  },
]

/** What the layout promises; `src/` holds these and nothing else. */
export const promisedPlaces: readonly string[] = [
  ...['domain', 'engine', 'services', 'gemini', 'media', 'db', 'monitoring', 'http', 'runtime', 'simulator', 'node', 'worker'],
  ...['client', 'playground'],
  ...['config.ts', 'compose.ts'],
]

export interface Exemption {
  path: string
  reason: string
}

export interface TextRule {
  name: string
  /** Searched in the code (comments and strings blanked) or in the comments alone. */
  pattern: RegExp
  in: 'code' | 'comments'
  /** Paths begin with one of these. */
  where: readonly string[]
  except: readonly Exemption[]
  remedy: string
}

const realTime: readonly Exemption[] = [
  { path: 'src/runtime/', reason: 'the two seams themselves' },
  { path: 'src/simulator/clock.ts', reason: 'the seam of the simulator, which shares nothing' },
]

export const textRules: readonly TextRule[] = [
  {
    name: 'ambient time',
    pattern: /\bDate\.now\b|\bnew Date\(|\bperformance\.now\b|\bhrtime\b|\bset(?:Timeout|Interval|Immediate)\b|\bAbortSignal\.timeout\b/g,
    in: 'code',
    where: ['src/'],
    except: realTime,
    remedy: 'take a Clock (domain/ports.ts) as a parameter; moments as text are in runtime/instant.ts',
  },
  {
    name: 'ambient chance',
    pattern: /\bMath\.random\b|\b(?:randomBytes|randomUUID|randomInt|getRandomValues)\(/g,
    in: 'code',
    where: ['src/'],
    except: realTime,
    remedy: 'take a Random (domain/ports.ts) as a parameter',
  },
  {
    name: 'console',
    pattern: /\bconsole\./g,
    in: 'code',
    where: ['src/'],
    except: [{ path: 'src/worker/main.ts', reason: 'the console is where a Worker logs to' }],
    remedy: 'take a Logger (domain/ports.ts) as a parameter; a command line writes to process.stdout',
  },
  {
    name: 'any',
    pattern: /(?:[:<|&,(]|\bas)\s*any\b(?!\s*[:(.])/g,
    in: 'code',
    where: ['src/', 'test/', 'examples/'],
    except: [],
    remedy: 'parse it with zod at the boundary, or call it unknown and look',
  },
  {
    name: 'a cast by way of unknown, or a silenced error',
    pattern: /\bas unknown as\b/g,
    in: 'code',
    where: ['src/', 'test/', 'examples/'],
    except: [],
    remedy: 'let the type follow from the value: parse it, or give the function the type it really has',
  },
  {
    name: 'a silenced compiler',
    pattern: /@ts-(?:ignore|nocheck|expect-error)/g,
    in: 'comments',
    where: ['src/', 'test/', 'examples/'],
    except: [],
    remedy: 'mend the type',
  },
  {
    name: 'a note to do it later',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    in: 'comments',
    where: ['src/', 'test/', 'examples/'],
    except: [{ path: 'test/house/', reason: 'these rules and their tests name the words' }],
    remedy: 'do it, or write an issue and say in the comment what is so and why',
  },
]

export const sizes = {
  fileLinesMax: 400,
  functionLinesMax: 70,
  medianFileLinesMax: 80,
  trackedFileBytesMax: 200_000,
  encodedRunMax: 10_000,
} as const

/** Data tables that may be longer than `fileLinesMax`. */
export const longFiles: readonly Exemption[] = []

/** Files that may be larger than `trackedFileBytesMax`. */
export const largeFiles: readonly Exemption[] = [{ path: 'package-lock.json', reason: 'npm writes it' }]

/** Names that say nothing about what is inside. */
export const emptyNames: readonly string[] = ['util', 'utils', 'helper', 'helpers', 'misc', 'common', 'shared', 'lib', 'stuff']
