/**
 * The official client's chats, for comparison: as many conversations at once as `CHATS` says, each with ten signed turns behind it
 * that the client holds itself, as its users do. Says what became of them; its memory is measured from outside.
 */

import { createHash, randomBytes } from 'node:crypto'
import { type Content, GoogleGenAI } from '@google/genai'
import { createPainter } from '../../../src/simulator/drawing/painter.ts'
import { createSignatureMint } from '../../../src/simulator/generate/signature.ts'
import { simulatorOptionsSchema } from '../../../src/simulator/options.ts'

const MODEL = 'gemini-3-pro-image'
const TURNS = 10
const SIGNATURE_BYTES = 1_650_000

const mint = createSignatureMint({ secret: 'simulated', models: [MODEL], fast: false })
const paint = createPainter(simulatorOptionsSchema.parse({ drawing: 'canned', imageBytes: 1_000_000 }))
const client = new GoogleGenAI({ apiKey: 'simulated', httpOptions: { baseUrl: process.env.UPSTREAM_URL ?? '' } })

process.send?.({ url: '' })
process.once('disconnect', () => process.exit(1))
process.on('message', async () => {
  const chats = await Promise.all(Array.from({ length: Number(process.env.CHATS) }, newChat))
  const answers = await Promise.allSettled(chats.map((chat) => chat.sendMessage({ message: 'once more' })))
  process.send?.({ answered: answers.filter(({ status }) => status === 'fulfilled').length })
})
process.once('SIGTERM', () => process.exit(0))

async function newChat() {
  const history: Content[] = []
  for (let turn = 0; turn < TURNS; turn++) history.push({ role: 'user', parts: [{ text: `edit number ${turn}` }] }, await modelTurn())
  return client.chats.create({ model: MODEL, history })
}

async function modelTurn(): Promise<Content> {
  const order = { model: MODEL, mimeType: 'image/jpeg', imageSize: '1K', prompt: 'seeded', draft: false } as const
  const picture = await paint({ ...order, responseId: randomBytes(8).toString('hex'), inputs: [], references: [] })
  const contentSha256 = createHash('sha256').update(picture).digest('hex')
  const signature = mint.sign({ model: MODEL, nonce: randomBytes(16), length: SIGNATURE_BYTES, contentSha256 })
  const inlineData = { mimeType: 'image/jpeg', data: picture.toString('base64') }
  return { role: 'model', parts: [{ inlineData, thoughtSignature: signature.toString('base64') }] }
}
