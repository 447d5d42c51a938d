/**
 * What streaming costs beside `JSON.parse` and `JSON.stringify` (issue C): `node test/bench/streaming.ts`. Each case runs in a process of
 * its own, so that its peak of memory is its own; this process is the upstream.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ModelRequest } from '../../src/domain/model-call.ts'
import type { AnswerSink, BlobStore, SignatureStore } from '../../src/domain/ports.ts'
import { newAnswerSummary } from '../../src/gemini/answer-summary.ts'
import { createGeminiModel } from '../../src/gemini/gemini-model.ts'
import { readAnswer } from '../../src/gemini/read-answer.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { printRow } from './row.ts'

const PIECE_BYTES = 64 * 1024
const LARGE_BYTES = 30_000_000
const piece = Buffer.alloc(PIECE_BYTES * 3, 'a picture is worth')

/** One streamed answer: an image of 30 % and a signature of 70 % of its characters, as recorded (wire-facts §2.5). */
function answerOf(bytes: number): Buffer {
  const image = Buffer.alloc(Math.floor((bytes * 0.3 * 3) / 4), 'pixels').toString('base64')
  const signature = Buffer.alloc(Math.floor((bytes * 0.7 * 3) / 4), 'signed').toString('base64')
  const part = `{"inlineData":{"mimeType":"image/jpeg","data":"${image}"},"thoughtSignature":"${signature}"}`
  return Buffer.from(`data: {"candidates":[{"content":{"parts":[${part}],"role":"model"},"finishReason":"STOP","index":0}]}\r\n\r\n`)
}

const nowhere = async () => ({ write: async () => {}, commit: async () => ({ sha256: 'x', bytes: 0 }), abort: async () => {} })
const sink: AnswerSink = { openImage: nowhere, openSignature: nowhere, part: async () => {} }

async function* stored(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length))
}
const blobs = { read: () => stored((LARGE_BYTES * 0.3 * 3) / 4) } as Pick<BlobStore, 'read'> as BlobStore
const signatures = { read: () => stored(LARGE_BYTES * 0.7) } as Pick<SignatureStore, 'read'> as SignatureStore

function request(isLarge: boolean): ModelRequest {
  const raw = '{"inlineData":{"data":"","mimeType":"image/jpeg"},"thoughtSignature":""}'
  const holes = [
    { at: 23, holds: 'image', sha256: 'x', bytes: (LARGE_BYTES * 0.3 * 3) / 4, alphabet: 'base64', padded: true },
    { at: 70, holds: 'signature', sha256: 'x', bytes: LARGE_BYTES * 0.7 },
  ] as const
  const part = isLarge ? ({ kind: 'raw', raw, holes } as const) : ({ kind: 'text', text: 'a red kite' } as const)
  const settings = { systemInstruction: null, safetySettings: [], image: {}, includeThoughts: false, timeoutMs: 300_000 }
  return { turnId: 't', attempt: 1, endpointId: 'here', model: 'm', contents: [{ role: 'model', parts: [part] }], ...settings }
}

async function attempts(url: string, count: number, isLarge: boolean): Promise<void> {
  const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
  const limits = { project: 'here', files: true, inlineBytesMax: 1e9, limits: {} }
  const endpoints = [{ id: 'here', api: 'gemini' as const, baseUrl: url, key: 'k', ...limits }]
  const model = createGeminiModel({ endpoints, transport, blobs, signatures, clock: systemClock })
  const work = Array.from({ length: count }, () => model.attempt(request(isLarge), sink, new AbortController().signal))
  for (const { outcome, message } of await Promise.all(work)) if (outcome !== 'succeeded') throw new Error(`${outcome}: ${message}`)
  await transport.close()
}

async function plainAnswer(url: string): Promise<void> {
  const response = await fetch(`${url}/v1beta/models/m`, { method: 'POST', body: '{}' })
  const answer = JSON.parse((await response.text()).slice('data: '.length))
  Buffer.from(answer.candidates[0].content.parts[0].inlineData.data, 'base64')
}

async function plainRequest(url: string): Promise<void> {
  const data = (await buffer(stored((LARGE_BYTES * 0.3 * 3) / 4))).toString('base64')
  const thoughtSignature = (await buffer(stored(LARGE_BYTES * 0.7))).toString('latin1')
  const parts = [{ inlineData: { data, mimeType: 'image/jpeg' }, thoughtSignature }]
  const body = JSON.stringify({ contents: [{ role: 'model', parts }] })
  await (await fetch(`${url}/v1beta/models/m`, { method: 'POST', body })).text()
}

async function scanOnly(count: number): Promise<void> {
  const body = answerOf(4_150_000)
  async function* chunks() {
    for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES)
  }
  for (let done = 0; done < count; done += 1) await readAnswer(chunks(), sink, newAnswerSummary())
}

async function parseOnly(count: number): Promise<void> {
  const body = answerOf(4_150_000)
  for (let done = 0; done < count; done += 1) {
    const answer = JSON.parse(body.toString().slice('data: '.length))
    Buffer.from(answer.candidates[0].content.parts[0].inlineData.data, 'base64')
  }
}

interface BenchCase {
  title: string
  megabytes: number
  /** What the upstream answers with. */
  answers: 'large' | 'small'
  run(url: string): Promise<unknown>
}

const times = (count: number, work: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, work))
const CASES: readonly BenchCase[] = [
  { title: 'scan 200 answers of 4 MB in memory', megabytes: 830, answers: 'small', run: () => scanOnly(200) },
  { title: '  the same with JSON.parse', megabytes: 830, answers: 'small', run: () => parseOnly(200) },
  { title: 'read 50 answers of 30 MB at once', megabytes: 1500, answers: 'large', run: (url) => attempts(url, 50, false) },
  { title: '  the same with JSON.parse', megabytes: 1500, answers: 'large', run: (url) => times(50, () => plainAnswer(url)) },
  { title: 'send 100 requests of 30 MB at once', megabytes: 3000, answers: 'small', run: (url) => attempts(url, 100, true) },
  { title: '  20 of them with JSON.stringify', megabytes: 600, answers: 'small', run: (url) => times(20, () => plainRequest(url)) },
]

interface Measured {
  ms: number
  /** Of the measured process alone: steady also on a machine that is busy with other things. */
  cpuMs: number
  rssMb: number
  idleRssMb: number
}

/** Runs one case in this process, and tells the parent on stdout. */
async function measure(index: number, url: string): Promise<void> {
  const idleRssMb = process.memoryUsage.rss() / 1e6
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  await CASES[index]?.run(url)
  const { user, system } = process.cpuUsage(startCpu)
  const measured: Measured = {
    ms: performance.now() - startMs,
    cpuMs: (user + system) / 1000,
    rssMb: process.resourceUsage().maxRSS / 1000,
    idleRssMb,
  }
  process.stdout.write(JSON.stringify(measured))
}

async function measureInChild(index: number): Promise<Measured> {
  const answer =
    CASES[index]?.answers === 'large'
      ? answerOf(LARGE_BYTES)
      : `data: {"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP"}]}\n\n`
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => response.end(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const child = spawn(process.execPath, ['--max-semi-space-size=8', fileURLToPath(import.meta.url), String(index), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const measured = (await json(child.stdout)) as Measured
  server.closeAllConnections()
  server.close()
  return measured
}

/** Prints a row a case. */
async function main(): Promise<void> {
  for (const [index, { title, megabytes }] of CASES.entries()) {
    const { ms, cpuMs, rssMb, idleRssMb } = await measureInChild(index)
    const time = `${(ms / 1000).toFixed(2)} s, CPU ${(cpuMs / 1000).toFixed(2)} s (${Math.round(megabytes / (cpuMs / 1000))} MB a CPU s)`
    printRow({ name: title, goal: '', measured: `${time}, peak ${Math.round(rssMb)} MB (idle ${Math.round(idleRssMb)})` })
  }
}

const [index, url] = process.argv.slice(2)
if (index !== undefined && url !== undefined) await measure(Number(index), url)
else await main()
