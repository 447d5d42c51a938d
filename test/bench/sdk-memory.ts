/** What the official client's chat needs for the conversations of `memory.ts`: shown beside it, no goal of ours. */
import { megabytes } from './figures.ts'
import { printRow } from './row.ts'
import { startProcess } from './stage/child-process.ts'

const CHATS = [1, 20, 50]

const { child: simulator, hello } = await startProcess<{ url: string }>('simulator-process.ts', {
  env: {
    SIMULATOR: JSON.stringify({
      ...{ validation: 'fast', drawing: 'canned', imageBytes: 1_000_000, textRate: 0 },
      signatureBytes: { min: 1_650_000, max: 1_650_000 },
      latency: { '*': { minMs: 3_000, maxMs: 3_000 } },
    }),
  },
})
for (const chats of CHATS) {
  const name = `@google/genai, ${chats} chats of 36 MB at once: peak memory of its process`
  printRow({ name, goal: '', measured: await measure(chats, hello.url) })
}
await simulator.stop()

async function measure(chats: number, upstreamUrl: string): Promise<string> {
  const { child } = await startProcess('sdk-chat.ts', { env: { CHATS: String(chats), UPSTREAM_URL: upstreamUrl } })
  let peakBytes = 0
  const watching = setInterval(() => {
    peakBytes = Math.max(peakBytes, child.memory().peakBytes)
  }, 100)
  try {
    const { answered } = await child.ask<{ answered: number }>('go')
    return `${megabytes(child.memory().peakBytes)}, ${answered} answered`
  } catch (error) {
    return `died at ${megabytes(peakBytes)} (${error instanceof Error ? error.message : error})`
  } finally {
    clearInterval(watching)
    await child.stop()
  }
}
