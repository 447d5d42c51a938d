/** Once a run: the database cluster, offered to the test files by way of a loopback port. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { removeAbandonedRuns, runDirPrefix, startTestCluster, type TestCluster } from './test-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whoever connects there receives the cluster's address as JSON; the first one has it started. */
    testClusterPort: number
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedRuns()
  const runDir = await mkdtemp(join(tmpdir(), `${runDirPrefix}${process.pid}-`))
  let cluster: Promise<TestCluster> | undefined
  const server = createServer(async (socket) => {
    cluster ??= startTestCluster(runDir)
    const answer = await cluster.then(
      ({ address }) => ({ address }),
      (error: Error) => ({ error: error.message }),
    )
    socket.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('the test cluster has no port to be asked on')
  project.provide('testClusterPort', listening.port)
  return async () => {
    server.close()
    await cluster?.then(
      ({ stop }) => stop(),
      () => {},
    )
    await rm(runDir, { recursive: true, force: true })
  }
}
