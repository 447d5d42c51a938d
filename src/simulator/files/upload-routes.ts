import { z } from 'zod'
import { authenticate } from '../http/authenticate.ts'
import { type ApiExchange, header } from '../http/exchange.ts'
import { readJsonBody } from '../http/read-body.ts'
import { apiHeaders, sendJson } from '../http/send.ts'
import { ApiError, invalidArgument } from '../wire/api-error.ts'
import { fileResource } from './file-store.ts'
import type { Upload } from './uploads.ts'

/** Every piece but the last must be a multiple of this many bytes. */
const CHUNK_GRANULARITY_BYTES = 8_388_608
const FILE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

const startSchema = z.looseObject({
  file: z
    .looseObject({ name: z.string().optional(), displayName: z.string().max(512).optional(), display_name: z.string().max(512).optional() })
    .default({}),
})

/** `POST /upload/v1beta/files`, command `start`: gives the URL to send the bytes to. */
export async function startUpload(exchange: ApiExchange): Promise<void> {
  const project = authenticate(exchange)
  const { json } = await readJsonBody(exchange)
  const { file } = startSchema.parse(json ?? {})
  if (header(exchange, 'x-goog-upload-protocol') !== 'resumable') throw invalidArgument('Only the resumable upload protocol is simulated.')
  const { simulation } = exchange
  const id = simulation.uniqueBytes(30).toString('base64url')
  const displayName = file.displayName ?? file.display_name
  const declared = Number.parseInt(header(exchange, 'x-goog-upload-header-content-length'), 10)
  simulation.uploads.start({
    ...{ id, project, fileId: chooseFileId(exchange, file.name) },
    mimeType: header(exchange, 'x-goog-upload-header-content-type') || 'application/octet-stream',
    ...(displayName === undefined ? {} : { displayName }),
    ...(Number.isNaN(declared) ? {} : { declaredBytes: declared }),
    keep: simulation.settings.drawing === 'drawn',
  })
  const uploadUrl = `${exchange.baseUrl}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`
  reply(exchange, {
    'x-guploader-uploadid': id,
    'x-goog-upload-status': 'active',
    'x-goog-upload-url': uploadUrl,
    'x-goog-upload-control-url': uploadUrl,
    'x-goog-upload-chunk-granularity': String(CHUNK_GRANULARITY_BYTES),
  })
}

function chooseFileId({ simulation }: ApiExchange, name: string | undefined): string {
  if (name === undefined) return [...simulation.uniqueBytes(12)].map((byte) => (byte % 36).toString(36)).join('')
  const id = name.replace(/^files\//, '')
  if (!FILE_NAME.test(id)) throw invalidArgument(`* CreateFileRequest.file.name: '${name}' is not a valid file name`)
  if (simulation.files.has(id)) throw new ApiError({ code: 409, status: 'ALREADY_EXISTS', message: 'Requested entity already exists' })
  return id
}

/** The upload URL itself: `upload`, `upload, finalize`, `query`, `cancel`. It needs no key. */
export async function continueUpload(exchange: ApiExchange): Promise<void> {
  const { simulation, url } = exchange
  const upload = simulation.uploads.get(url.searchParams.get('upload_id') ?? '')
  if (!upload) throw new ApiError({ code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' })
  const commands = header(exchange, 'x-goog-upload-command').split(/\s*,\s*/)
  if (commands.includes('query')) return reply(exchange, activeHeaders(upload))
  if (commands.includes('cancel')) {
    simulation.uploads.end(upload.id)
    return reply(exchange, { 'x-goog-upload-status': 'cancelled' })
  }
  const isLast = commands.includes('finalize')
  if (commands.includes('upload')) await takePiece(exchange, { upload, isLast })
  if (!isLast) return reply(exchange, activeHeaders(upload))
  finishUpload(exchange, upload)
}

async function takePiece(exchange: ApiExchange, { upload, isLast }: { upload: Upload; isLast: boolean }): Promise<void> {
  const offset = Number(header(exchange, 'x-goog-upload-offset'))
  const before = upload.sink.byteLength
  const offsetFits = offset === before
  for await (const chunk of exchange.request) {
    exchange.entry.requestBytes += chunk.length
    if (offsetFits) upload.sink.write(chunk)
  }
  if (!offsetFits) throw invalidArgument(`Upload offset ${offset} does not match the ${before} bytes received.`)
  const received = upload.sink.byteLength - before
  if (!isLast && received % CHUNK_GRANULARITY_BYTES !== 0) {
    throw invalidArgument(`A piece of ${received} bytes is not a multiple of ${CHUNK_GRANULARITY_BYTES}.`)
  }
}

function finishUpload(exchange: ApiExchange, upload: Upload): void {
  const { simulation } = exchange
  const { byteLength } = upload.sink
  if (upload.declaredBytes !== undefined && upload.declaredBytes !== byteLength) {
    throw invalidArgument(`The upload declared ${upload.declaredBytes} bytes and has ${byteLength}.`)
  }
  const { project, mimeType, displayName } = upload
  const file = simulation.files.add({
    ...{ id: upload.fileId, project, mimeType, content: upload.sink.end() },
    ...(displayName === undefined ? {} : { displayName }),
  })
  simulation.uploads.end(upload.id)
  const resource = fileResource(file, { baseUrl: exchange.baseUrl, nowMs: simulation.clock.nowMs() })
  sendJson(exchange, { file: resource }, { server: 'UploadServer', 'x-goog-upload-status': 'final' })
}

function activeHeaders(upload: Upload): Record<string, string> {
  return {
    'x-goog-upload-status': 'active',
    'x-goog-upload-size-received': String(upload.sink.byteLength),
    'x-goog-upload-chunk-granularity': String(CHUNK_GRANULARITY_BYTES),
  }
}

function reply(exchange: ApiExchange, headers: Record<string, string>): void {
  exchange.entry.status = 200
  exchange.entry.outcome = 'answered'
  exchange.response.writeHead(200, {
    ...apiHeaders(exchange, 'text/plain; charset=utf-8'),
    ...headers,
    server: 'UploadServer',
    'content-length': '0',
  })
  exchange.response.end()
}
