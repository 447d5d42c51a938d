/**
 * multipart/form-data (RFC 7578), read as a stream: a part's bytes are handed on while later ones are still to come, and
 * reading waits for whoever takes them. Kept here because the parsers at hand hold each part in memory
 * (@remix-run/multipart-parser) or misread a closing boundary cut between two chunks (multipasta 0.2.8).
 */
import { BoundarySplitter } from './boundary-splitter.ts'
import { invalidRequest } from './field-errors.ts'

const HEADER_BYTES_MAX = 8 * 1024
const PARTS_MAX = 64

export interface FormPart {
  name: string
  /** Null for a plain field. */
  filename: string | null
  /** As declared, in lower case without parameters; null when the part does not say. */
  contentType: string | null
  /** The content, to be read once, before the next part is asked for; what is left unread is skipped. */
  content: AsyncGenerator<Uint8Array>
}

/** The boundary a Content-Type names, or null when it is not multipart/form-data. Throws `invalid_request` when it names none. */
export function formBoundary(contentType: string | undefined): string | null {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType ?? '')) return null
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw invalidRequest([{ path: 'Content-Type', message: 'names no boundary' }])
  return boundary
}

/** The parts of a form, in order. Throws `invalid_request` for what is not a form, or ends before its closing boundary. */
export async function* readForm(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<FormPart> {
  const splitter = new BoundarySplitter(body, boundary)
  try {
    for (let parts = 0; await splitter.nextPart(); parts++) {
      if (parts === PARTS_MAX) throw malformed(`more than ${PARTS_MAX} parts`)
      const headers = readPartHeaders(await splitter.headers(HEADER_BYTES_MAX))
      yield { ...headers, content: splitter.content() }
    }
  } finally {
    await splitter.close()
  }
}

/** A plain field's text. Throws `invalid_request` when it is longer than `bytesMax` or not UTF-8. */
export async function readField({ name, content }: FormPart, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  let text = ''
  for await (const piece of content) {
    bytes += piece.byteLength
    if (bytes > bytesMax) throw invalidRequest([{ path: name, message: `may have at most ${bytesMax} bytes` }])
    text += decodeField(decoder, name, piece)
  }
  return text + decodeField(decoder, name)
}

function decodeField(decoder: TextDecoder, name: string, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
  } catch {
    throw invalidRequest([{ path: name, message: 'is not UTF-8' }])
  }
}

function readPartHeaders(block: string): Omit<FormPart, 'content'> {
  const headers = new Map<string, string>()
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const disposition = headers.get('content-disposition') ?? ''
  const name = parameter(disposition, 'name')
  if (!/^form-data\s*(;|$)/i.test(disposition) || name === null) throw malformed('a part without Content-Disposition: form-data; name="…"')
  const contentType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? null
  return { name, filename: parameter(disposition, 'filename') ?? parameter(disposition, 'filename\\*'), contentType }
}

function parameter(header: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]*))`, 'i').exec(header)
  return match?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? match?.[2] ?? null
}

function malformed(what: string) {
  return invalidRequest([{ path: '', message: `malformed multipart body: ${what}` }])
}
