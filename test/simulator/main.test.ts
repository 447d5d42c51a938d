import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'

test('npm run simulator says where it is, listens there with its options, and ends when it is told to', async () => {
  const environment = { ...process.env, SIMULATOR: JSON.stringify({ port: 0, badKeys: ['worn-out'] }) }
  const simulator = spawn(process.execPath, ['src/simulator/main.ts'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void simulator.kill('SIGKILL'))
  const [banner] = await once(simulator.stdout, 'data')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(banner))?.[0]
  const models = (key: string) => fetch(`${url}/v1beta/models?key=${key}`)
  expect([(await models('any')).status, (await models('worn-out')).status]).toEqual([200, 400])
  simulator.kill('SIGTERM')
  expect(await once(simulator, 'exit')).toEqual([0, null])
})

test.each([
  { setting: 'PORT', value: 'abc', says: 'port' },
  { setting: 'SIMULATOR', value: '{', says: 'SIMULATOR is neither JSON nor @file' },
  { setting: 'SIMULATOR', value: '{"latency":5}', says: 'latency' },
])('npm run simulator says what is wrong with $setting=$value, and ends', async ({ setting, value, says }) => {
  const environment = { ...process.env, [setting]: value }
  const simulator = spawn(process.execPath, ['src/simulator/main.ts'], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  const [words, [code]] = await Promise.all([text(simulator.stderr), once(simulator, 'exit')])
  expect({ words, code }).toEqual({ words: expect.stringContaining(says), code: 1 })
  expect(words).not.toContain('.ts:')
})
