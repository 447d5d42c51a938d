/** Writes what a person can look at afterwards: pictures, contact sheet, and the service's own account. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiClient } from './api-client.ts'
import { contactSheet, type SheetTurn } from './contact-sheet.ts'
import type { Conversation, FinishedStep } from './conversation.ts'
import { SESSION_TITLE } from './scenario.ts'

const EXTENSIONS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }
const PHOTO_FILE = 'photo.jpg'

const SUBTITLES = {
  simulated: 'Held with the built-in simulator of the Gemini API: nothing was charged, and prices are what the real one would have asked.',
  live: 'Held with the Gemini API.',
}

interface OutputOptions {
  outputDir: string
  api: ApiClient
  photo: Uint8Array
  live: boolean
}

/** Fills `outputDir`, which must be there. Files of an earlier run are written over. */
export async function saveOutput({ sessionId, finished }: Conversation, { outputDir, api, photo, live }: OutputOptions): Promise<void> {
  const write = (file: string, content: Uint8Array | string) => writeFile(join(outputDir, file), content)
  const savePicture = async (mediaId: string, stem: string) => {
    const { bytes, mimeType } = await api.downloadMedia(mediaId)
    const file = `${stem}.${EXTENSIONS[mimeType] ?? 'bin'}`
    await write(file, bytes)
    return file
  }
  const entries = await Promise.all(finished.map((entry) => sheetTurn(entry, { finished, live, savePicture })))
  const account = { session: await api.getSession(sessionId), turns: await api.listTurns(sessionId) }
  await write(PHOTO_FILE, photo)
  await write('conversation.json', `${JSON.stringify(account, null, 2)}\n`)
  const sheet = { title: SESSION_TITLE, subtitle: live ? SUBTITLES.live : SUBTITLES.simulated, photo: PHOTO_FILE, turns: entries }
  await write('index.html', contactSheet(sheet))
}

interface SheetContext {
  finished: readonly FinishedStep[]
  live: boolean
  savePicture: (mediaId: string, stem: string) => Promise<string>
}

async function sheetTurn({ step, turn, elapsedMs }: FinishedStep, { finished, live, savePicture }: SheetContext): Promise<SheetTurn> {
  const { name, title, prompt, trouble } = step
  const interim = (turn.output?.parts ?? []).flatMap((part) => (part.type === 'image' && part.thought ? [part.mediaId] : []))
  return {
    ...{ name, title, prompt, turn, elapsedMs },
    notice: live ? step.notice : (trouble?.notice ?? step.notice),
    parent: finished.find((earlier) => earlier.turn.id === turn.parentId)?.step.name ?? null,
    picture: turn.output?.image ? await savePicture(turn.output.image.mediaId, name) : null,
    interimPictures: await Promise.all(interim.map((mediaId, index) => savePicture(mediaId, `${name}-interim-${index + 1}`))),
  }
}
