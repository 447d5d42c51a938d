/** One request over a connection of its own, and what came back. */
import { connect } from 'node:net'
import { parseAnswers, type RawAnswer } from '../../http/raw-socket.ts'

/** Of an event stream, a first look will do: it has no end. */
const STREAM_LOOK_MS = 60

export interface Exchange {
  /** Null: the connection was closed without one. */
  answer: RawAnswer | null
  /** As it came. */
  received: string
}

interface Sent {
  wire: Buffer
  cut: boolean
}

/** @param over rejects when it aborts: nobody may be kept waiting for ever */
export function exchange(port: number, { wire, cut }: Sent, over: AbortSignal): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let received = ''
    const end = () => {
      over.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve({ answer: parseAnswers(received).find(({ status }) => status >= 200) ?? null, received })
    }
    const giveUp = () => {
      socket.destroy()
      reject(new Error('no answer came, and the connection stayed open'))
    }
    over.addEventListener('abort', giveUp, { once: true })
    // What is sent after a refusal is reset: the answer came before.
    socket.on('error', () => {})
    socket.on('close', end)
    socket.setEncoding('latin1').on('data', (text: string) => {
      const streamed = /^content-type: text\/event-stream/im.test(received)
      received += text
      if (!streamed && /^content-type: text\/event-stream/im.test(received)) setTimeout(end, STREAM_LOOK_MS)
    })
    socket.write(wire)
    // Who closes his side is taken to have left, so only what will never be whole does.
    if (cut) socket.end()
  })
}
