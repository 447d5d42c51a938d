/**
 * An upstream that costs next to nothing: answers stand ready, and only eight characters of each picture and signature are its own.
 * The prompt names the answer (`answer:6 MB`), or asks for none until `POST /release` (`answer:held`).
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const PNG_HEAD = Buffer.from('89504e470d0a1a0a00000000', 'hex').toString('base64')
const OWN_CHARACTERS = 8
const PROMPT = /answer:([\w. +]+)/
const SMALL = framed(`{"text":"`, '"}')

/** What stands ready; the own characters go in between. Sizes are those of the JSON. */
const ANSWERS: Readonly<Record<string, readonly Buffer[]>> = {
  '0.2 kB': SMALL,
  '1.5 MB': framed(`{"inlineData":{"mimeType":"image/png","data":"${PNG_HEAD}`, `${noise(1_500_000)}"}}`),
  '6 MB': framed(`{"inlineData":{"mimeType":"image/png","data":"${PNG_HEAD}`, `${noise(6_000_000)}"}}`),
  '1.0 + 2.2 MB': framed(
    `{"inlineData":{"mimeType":"image/png","data":"${PNG_HEAD}`,
    `${noise(1_000_000)}"},"thoughtSignature":"`,
    `${noise(2_200_000)}"}`,
  ),
}

const held = new Set<ServerResponse>()
let served = 0

const server = createServer((request, response) => {
  if (request.url === '/held') response.end(JSON.stringify(held.size))
  else if (request.url === '/release') release(response)
  else void answer(request, response)
})
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
process.once('SIGTERM', () => process.exit(0))
process.once('disconnect', () => process.exit(1))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const piece of request) text = (text + String(piece)).slice(-4_096)
  const name = PROMPT.exec(text)?.[1] ?? ''
  if (name === 'held') held.add(response.once('close', () => held.delete(response)))
  else send(response, ANSWERS[name] ?? SMALL)
}

function release(response: ServerResponse): void {
  for (const waiting of held) send(waiting, SMALL)
  response.end()
}

function send(response: ServerResponse, pieces: readonly Buffer[]): void {
  const own = (served++).toString(36).padStart(OWN_CHARACTERS, '0')
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, OWN_CHARACTERS * (pieces.length - 1))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': bytes })
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) response.write(own)
    response.write(piece)
  }
  response.end()
}

function framed(...texts: readonly string[]): readonly Buffer[] {
  const before = 'data: {"candidates":[{"content":{"parts":['
  const after = '],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"canned","responseId":"canned"}\r\n\r\n'
  return [before + texts[0], ...texts.slice(1, -1), texts.at(-1) + after].map((text) => Buffer.from(text))
}

/** Base64 of nothing in particular, `characters` long as far as groups of four allow. */
function noise(characters: number): string {
  return randomBytes(Math.floor(characters / 4) * 3).toString('base64')
}
