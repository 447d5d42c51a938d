/** docs/deploy.md says numbers and names: those of the code. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { variablesSchema } from '../../src/config/variables.ts'
import { parseConfig } from '../../src/config.ts'
import { IMAGE_BYTES_MAX } from '../../src/domain/media.ts'
import { serverLimits } from '../../src/node/http-server.ts'
import { PROJECT } from './dockerfile.ts'

const page = await readFile(join(PROJECT, 'docs/deploy.md'), 'utf8')
const monitoring = await readFile(join(PROJECT, 'docs/monitoring.md'), 'utf8')
const block = (language: string, holds: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^\`]*)\`\`\``, 'g'))]
    .map(([, text = '']) => text)
    .find((text) => text.includes(holds)) ?? ''
const read = (env: Record<string, string>) => {
  const config = parseConfig(env)
  if ('problems' in config) throw new Error(config.problems.join('; '))
  return config.ok
}
const defaults = read({})
const limits = serverLimits(defaults)

describe('docs/deploy.md', () => {
  it('names variables that there are', () => {
    const others = ['POSTGRES_PASSWORD', 'NODE_ENV', 'SIGTERM', 'DATABASE_URL', 'LISTEN']
    const named = [...page.matchAll(/\b([A-Z][A-Z0-9]*_[A-Z_]+)\b/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(20)
    const known = [...Object.keys(variablesSchema(null).shape), ...others]
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  it.each([
    ['`WAIT_MAX_MS`', `${defaults.waitMaxMs / 1000} s`],
    ['`DRAIN_MS`', `${defaults.drainMs / 1000} s`],
    ['`LEASE_MS`', `${defaults.leaseMs / 1000} s`],
    ['idle connections', `${limits.idleMs / 1000} s`],
    ['silence within a request', `${limits.silenceMs / 1000} s, or \`WAIT_MAX_MS\` + 30 s`],
  ])('tells the time of %s', (setting, time) => {
    expect(page).toContain(`| ${setting} | ${time} |`)
  })

  it('shows stores that can be named so', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
    const stores = [...page.matchAll(/^BLOB_STORE='(.*)'$/gm)].map(([, store = '']) => read({ ...keys, BLOB_STORE: store }).blobStore.kind)
    expect(stores).toEqual(['s3', 's3', 's3'])
  })

  it('lets nginx pass the largest form, wait for the longest answer, and keep connections no longer than we do', () => {
    const nginx = block('nginx', 'proxy_pass')
    expect(Number(/client_max_body_size (\d+)m/.exec(nginx)?.[1]) * 2 ** 20).toBeGreaterThan(4 * IMAGE_BYTES_MAX)
    expect(Number(/proxy_read_timeout (\d+)s/.exec(nginx)?.[1]) * 1000).toBeGreaterThan(defaults.waitMaxMs)
    expect(limits.idleMs).toBeGreaterThan(60_000)
  })

  it('gives a pod long enough to stop', () => {
    const { spec } = parse(block('yaml', 'preStop'))
    const [pod] = spec.containers
    expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(
      pod.lifecycle.preStop.sleep.seconds * 1000 + defaults.drainMs + 15_000,
    )
  })

  it('starts a unit as npm start does', () => {
    expect(block('ini', 'ExecStart')).toContain(`ExecStart=/usr/bin/${manifest.scripts.start}\n`)
  })

  it('asks for metrics that there are', () => {
    const asked = [...page.matchAll(/\b((?:http|queue|upstream|alerts)_[a-z_]+)[{)[]/g)].map(([, name = '']) => name.replace(/_count$/, ''))
    expect(asked.length).toBeGreaterThan(3)
    for (const name of asked) expect(monitoring).toContain(`\`${name}\``)
  })
})
