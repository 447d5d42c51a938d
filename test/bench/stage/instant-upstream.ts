/** An upstream that answers at once, with a small picture of its own each time: what is left is the service's own work. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import sharp from 'sharp'

const SIGNATURE_BYTES = 600

const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#6a9fd4' } })
  .jpeg()
  .toBuffer()

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify(answer())}\r\n\r\n`)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.({ url: `http://127.0.0.1:${address.port}` })
})
process.once('SIGTERM', () => process.exit(0))

function answer(): object {
  const id = randomBytes(12).toString('hex')
  const part = {
    inlineData: { mimeType: 'image/jpeg', data: withComment(picture, id).toString('base64') },
    thoughtSignature: randomBytes(SIGNATURE_BYTES).toString('base64'),
  }
  return {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 1120, totalTokenCount: 1130 },
    modelVersion: 'gemini-3-pro-image',
    responseId: id,
  }
}

/** The same picture under another digest: a JPEG's comment stands right behind its first marker. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const segment = Buffer.alloc(4 + comment.length)
  segment.writeUInt16BE(0xfffe, 0)
  segment.writeUInt16BE(2 + comment.length, 2)
  segment.write(comment, 4, 'latin1')
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)])
}
