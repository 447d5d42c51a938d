import { fetchUrl } from '../files/fetch-url.ts'
import type { FileStore } from '../files/file-store.ts'
import { invalidArgument } from '../wire/api-error.ts'
import type { BinaryValue } from '../wire/byte-sink.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { GenerateRequest, RequestContent, RequestPart } from '../wire/generate-request.ts'
import { IMAGE_TYPES, isReadableImage } from './check-image.ts'

/** An image of the conversation, wherever it came from. */
export type ConversationImage = { role: string; via: 'inline' | 'file' | 'url'; contentIndex: number; content: BinaryValue }

const FILE_URI = /\/v1(?:alpha|beta)?\/files\/([^/?]+)$|^files\/([^/?]+)$/

/**
 * All images of a request, in order, each of them looked at.
 * @throws ApiError an image that cannot be read, a file that is gone or not ready, a URL that cannot be fetched
 */
export async function collectImages(request: GenerateRequest, source: { files: FileStore; project: string }): Promise<ConversationImage[]> {
  const images: ConversationImage[] = []
  for (const [contentIndex, { role, parts }] of request.contents.entries()) {
    for (const part of parts) {
      const image = await readImage(part, source)
      if (!image) continue
      if (!isReadableImage(image.content, image.mimeType)) throw catalogueError('unreadable_image')
      images.push({ role: part.thought ? 'thought' : role, contentIndex, via: image.via, content: image.content })
    }
  }
  return images
}

type FoundImage = { via: ConversationImage['via']; mimeType: string; content: BinaryValue }

async function readImage(part: RequestPart, source: { files: FileStore; project: string }): Promise<FoundImage | undefined> {
  const declared = part.inlineData ?? part.fileData
  if (!declared) return undefined
  if (declared.mimeType !== '' && !IMAGE_TYPES.includes(declared.mimeType))
    throw invalidArgument(`Unsupported MIME type: ${declared.mimeType}`)
  if (part.inlineData?.data) return { via: 'inline', mimeType: declared.mimeType, content: part.inlineData.data }
  if (!part.fileData) throw catalogueError('unreadable_image')
  const [, ofUri, ofName] = FILE_URI.exec(part.fileData.fileUri) ?? []
  const fileId = ofUri ?? ofName
  if (fileId) return { via: 'file', ...source.files.use(source.project, fileId) }
  return { via: 'url', mimeType: declared.mimeType, content: await fetchUrl(part.fileData.fileUri) }
}

/** The words of the turn that is asked for. */
export function newestPrompt(request: GenerateRequest): string {
  return (newestUserContent(request)?.parts ?? [])
    .flatMap((part) => part.text ?? [])
    .join(' ')
    .trim()
}

function newestUserContent(request: GenerateRequest): RequestContent | undefined {
  return request.contents.findLast(({ role }) => role !== 'model')
}

/**
 * Which image is edited: the newest; but where a model's picture is followed by a prompt with images of its own, these are shown to
 * the model beside its picture and the picture is what is edited.
 */
export function chooseBase(images: ConversationImage[]): { base?: ConversationImage; references: ConversationImage[] } {
  const newest = images.at(-1)
  if (!newest) return { references: [] }
  const together = images.filter(({ contentIndex }) => contentIndex === newest.contentIndex)
  const before = images.findLast(({ contentIndex, role }) => contentIndex < newest.contentIndex && role === 'model')
  if (newest.role !== 'model' && before) return { base: before, references: together }
  return { base: newest, references: together.slice(0, -1) }
}
