/** `npm run doctor`: looks at what the service stands on, and says what to mend. `-- --upstream` also asks the upstream about its keys. */
import { readFileSync } from 'node:fs'
import manifest from '../../../package.json' with { type: 'json' }
import { type Config, parseConfig } from '../../config.ts'
import { systemClock as clock } from '../../runtime/clock.ts'
import { createLogger } from '../../runtime/logger.ts'
import { systemRandom as random } from '../../runtime/random.ts'
import { checkNetwork } from './check-network.ts'
import { checkPictures } from './check-pictures.ts'
import { checkPostgres } from './check-postgres.ts'
import { checkSettings } from './check-settings.ts'
import { checkStorage } from './check-storage.ts'
import { checkUpstream } from './check-upstream.ts'
import { explain } from './explain.ts'
import { absent, broken, type Finding, fine, formatFinding, verdict } from './finding.ts'

const USAGE = 'npm run doctor [-- --upstream]'
const arguments_ = process.argv.slice(2)
const found = new Set<Finding['level']>()

if (arguments_.some((argument) => argument !== '--upstream')) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 1
} else {
  tell(fine(`Node ${process.versions.node} (wanted: ${manifest.engines.node})`))
  const parsed = parseConfig(process.env, (path) => readFileSync(path, 'utf8'))
  if ('problems' in parsed) {
    for (const problem of parsed.problems) tell(broken(problem, 'mend this variable; README.md lists what each may be'))
  } else await examine(parsed.ok)
  const { startable, words } = verdict(found)
  process.stdout.write(`\n${words}\n`)
  // Whatever has not answered by now is not waited for.
  process.exit(startable ? 0 : 1)
}

async function examine(config: Config): Promise<void> {
  const surroundings = { clock, random, logger: createLogger({ clock, sink: () => {}, level: 'silent' }) }
  tell(
    config.endpoints.length > 0
      ? fine(`Upstreams: ${config.endpoints.map(({ id }) => id).join(', ')}`)
      : absent(
          'No upstream is configured',
          '`npm run dev` and `npm run demo` bring their own; for `npm start` set GEMINI_API_KEY to a key of the Gemini API',
        ),
  )
  const checks: Record<string, () => Promise<Finding[]>> = {
    'The settings': async () => checkSettings(config),
    'The database': () => checkPostgres(config, surroundings),
    'The store of pictures': () => checkStorage(config, surroundings),
    'The picture library': async () => [await checkPictures()],
    'The network': () => checkNetwork(config),
    ...(arguments_.includes('--upstream') ? { 'The upstream': () => checkUpstream(config) } : {}),
  }
  for (const [what, check] of Object.entries(checks)) {
    const findings = await check().catch((error: unknown) => [
      broken(`${what} cannot be looked at: ${explain(error)}`, 'see to that first'),
    ])
    for (const finding of findings) tell(finding)
  }
}

function tell(finding: Finding): void {
  found.add(finding.level)
  process.stdout.write(`${formatFinding(finding)}\n`)
}
