/** A client that says on its connection whatever a test wants, well-formed or not. */
import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawConnection {
  send(text: string): void
  /** All that came back, once the server has closed the connection. */
  closed: Promise<string>
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(socket, 'connect')
  let received = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
  })
  // A server that closes what is still being sent resets the connection: that is an end too.
  socket.on('error', () => {})
  const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => {
    socket.destroy()
    return received
  })
  return { send: (text) => void (socket.writable && socket.write(Buffer.from(text, 'latin1'))), closed: ended }
}

/** What a server answers to exactly these bytes, until it closes. Unless it does so by itself, ask it to: `Connection: close`. */
export async function answerTo(port: number, text: string): Promise<string> {
  const connection = await openRaw(port)
  connection.send(text)
  return connection.closed
}

export interface RawAnswer {
  status: number
  headers: Map<string, string>
  body: string
}

/** The answers in what came back, in order; bodies by their Content-Length, or put together from their chunks. */
export function parseAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let rest = received; rest.startsWith('HTTP/1.1 '); ) {
    const [head = ''] = rest.split('\r\n\r\n', 1)
    const [line = '', ...fields] = head.split('\r\n')
    const headers = new Map(fields.map((field) => [field.split(':', 1).join().toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]))
    const after = rest.slice(head.length + 4)
    const { body, wireLength } = headers.get('transfer-encoding') === 'chunked' ? readChunks(after) : readSized(after, headers)
    answers.push({ status: Number(line.split(' ')[1]), headers, body })
    rest = after.slice(wireLength)
  }
  return answers
}

interface RawBody {
  body: string
  /** With what frames it. */
  wireLength: number
}

function readSized(text: string, headers: ReadonlyMap<string, string>): RawBody {
  const wireLength = Number(headers.get('content-length') ?? 0)
  return { body: text.slice(0, wireLength), wireLength }
}

/** As far as they came: one that breaks off has no chunk of length 0 at its end, and its body is what was whole. */
function readChunks(text: string): RawBody {
  let body = ''
  let at = 0
  for (;;) {
    const [size = ''] = /^[0-9a-f]+(?=\r\n)/i.exec(text.slice(at)) ?? []
    const start = at + size.length + 2
    const end = start + Number.parseInt(size, 16)
    if (size === '' || end + 2 > text.length) return { body, wireLength: text.length }
    body += text.slice(start, end)
    at = end + 2
    if (end === start) return { body, wireLength: at }
  }
}
