import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
