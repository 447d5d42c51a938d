// Edits a photo step by step: node edit-photo.js photo.jpg edited.jpg "Let it be autumn" "Make it night"
// PENTIMENTO_URL says where the service listens, PENTIMENTO_KEY holds a key where one is needed.
import { readFile, writeFile } from 'node:fs/promises'
import { createClient } from 'pentimento/client'

const [photo, result, ...prompts] = process.argv.slice(2)
const client = createClient({ baseUrl: process.env.PENTIMENTO_URL ?? 'http://127.0.0.1:8787', key: process.env.PENTIMENTO_KEY })
const session = await client.sessions.create({ title: photo })
let images = [await readFile(photo)]

for (const prompt of prompts) {
  const edit = session.edit({ prompt, images })
  for await (const event of edit) {
    if (event.type === 'attempt.started') console.log(`${prompt}: asking ${event.model}`)
    if (event.type === 'attempt.failed') console.log(`${prompt}: ${event.outcome}, then ${event.next}`)
    if (event.type === 'turn.waiting') console.log(`${prompt}: waiting, ${event.because}`)
  }
  const turn = await edit.orThrow()
  console.log(`${prompt}: ${turn.model}, $${turn.costUsd}`)
  if (turn.output?.image) await writeFile(result, await (await client.media.content(turn.output.image.mediaId)).bytes())
  images = []
}
