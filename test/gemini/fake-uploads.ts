/** The upload side of the Files API, as far as wire-facts §3 tells it, with breaks at will. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface FakeUploads {
  listener: RequestListener
  received: Buffer
  /** Command and offset of each request, with its length. */
  commands: string[]
  /** Host to name in the upload address. */
  uploadHost: string
  /** What to do instead of answering the nth request (from 1), after having read `bytes` of its body. */
  breaks: Map<number, (response: ServerResponse, body: Buffer) => void>
  fileState: string[]
  deleted: string[]
}

export function createFakeUploads(bytes: number): FakeUploads {
  const fake: FakeUploads = {
    received: Buffer.alloc(0),
    commands: [],
    uploadHost: 'https://generativelanguage.googleapis.com',
    breaks: new Map(),
    fileState: ['ACTIVE'],
    deleted: [],
    listener: async (request, response) => {
      const body = await buffer(request)
      const command = String(request.headers['x-goog-upload-command'] ?? request.method)
      fake.commands.push(`${command} ${request.headers['x-goog-upload-offset'] ?? ''} ${body.length}`)
      const instead = fake.breaks.get(fake.commands.length)
      if (instead) instead(response, body)
      else answer(fake, { request, response, command, body, bytes })
    },
  }
  return fake
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  command: string
  body: Buffer
  bytes: number
}

function answer(fake: FakeUploads, { request, response, command, body, bytes }: Exchange): void {
  const file = {
    name: 'files/abc',
    uri: 'https://files/abc',
    expirationTime: '2026-11-22T12:00:00.475407640Z',
    state: fake.fileState.shift() ?? 'ACTIVE',
  }
  if (command === 'start') {
    response.writeHead(200, {
      'x-goog-upload-status': 'active',
      'x-goog-upload-url': `${fake.uploadHost}/upload/v1beta/files?upload_id=u1&upload_protocol=resumable`,
    })
    response.end()
  } else if (command.startsWith('upload')) {
    if (Number(request.headers['x-goog-upload-offset']) !== fake.received.length) return void response.writeHead(400).end()
    fake.received = Buffer.concat([fake.received, body])
    const isFinal = command.includes('finalize') && fake.received.length === bytes
    response.writeHead(200, { 'x-goog-upload-status': isFinal ? 'final' : 'active' }).end(isFinal ? JSON.stringify({ file }) : '')
  } else if (command === 'query') {
    const isFinal = fake.received.length === bytes
    response.setHeader('x-goog-upload-size-received', String(fake.received.length))
    response.writeHead(200, { 'x-goog-upload-status': isFinal ? 'final' : 'active' }).end(isFinal ? JSON.stringify({ file }) : '')
  } else if (command === 'DELETE') {
    fake.deleted.push(request.url ?? '')
    response.end('{}')
  } else {
    response.end(JSON.stringify(file))
  }
}
