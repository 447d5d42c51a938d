import { isoTime, type SimulatorClock } from '../clock.ts'
import { fileGone, fileNotActive } from '../wire/api-error.ts'
import type { BinaryValue } from '../wire/byte-sink.ts'

export type StoredFile = {
  id: string
  project: string
  displayName?: string
  mimeType: string
  content: BinaryValue
  createdMs: number
  activeMs: number
  expiresMs: number
}

export type FileStore = {
  add(file: Pick<StoredFile, 'id' | 'project' | 'displayName' | 'mimeType' | 'content'>): StoredFile
  has(id: string): boolean
  /** @throws ApiError 403 where the file is gone or another project's */
  get(project: string, id: string): StoredFile
  /** The content, for a generation. @throws ApiError 403 gone, 400 not ACTIVE yet */
  use(project: string, id: string): { mimeType: string; content: BinaryValue }
  remove(project: string, id: string): void
  /** Newest first. */
  list(project?: string): StoredFile[]
  expireAll(): void
  clear(): void
}

/** 48 hours, less the moment between the start of an upload and its end (wire-facts §3.2). */
const LIFETIME_MS = 48 * 3_600_000 - 600

export function createFileStore({ clock, processingMs }: { clock: SimulatorClock; processingMs: number }): FileStore {
  const files = new Map<string, StoredFile>()

  const live = (id: string): StoredFile | undefined => {
    const file = files.get(id)
    if (file && file.expiresMs <= clock.nowMs()) files.delete(id)
    return files.get(id)
  }
  const get = (project: string, id: string): StoredFile => {
    const file = live(id)
    if (file?.project !== project) throw fileGone(id)
    return file
  }

  return {
    add(file) {
      const createdMs = clock.nowMs()
      const stored = { ...file, createdMs, activeMs: createdMs + processingMs, expiresMs: createdMs + LIFETIME_MS }
      files.set(file.id, stored)
      return stored
    },
    has: (id) => live(id) !== undefined,
    get,
    use(project, id) {
      const file = get(project, id)
      if (clock.nowMs() < file.activeMs) throw fileNotActive(id)
      return file
    },
    remove(project, id) {
      files.delete(get(project, id).id)
    },
    list: (project) =>
      [...files.keys()]
        .flatMap((id) => live(id) ?? [])
        .filter((file) => project === undefined || file.project === project)
        .reverse(),
    expireAll: () => files.clear(),
    clear: () => files.clear(),
  }
}

/** A File as the API shows it: sizes are strings, the digest is base64 of its hex text (wire-facts §3.2). */
export function fileResource(file: StoredFile, { baseUrl, nowMs }: { baseUrl: string; nowMs: number }) {
  return {
    name: `files/${file.id}`,
    ...(file.displayName === undefined ? {} : { displayName: file.displayName }),
    mimeType: file.mimeType,
    sizeBytes: String(file.content.byteLength),
    createTime: isoTime(file.createdMs, 6),
    updateTime: isoTime(file.createdMs, 6),
    expirationTime: isoTime(file.expiresMs, 9),
    sha256Hash: Buffer.from(file.content.sha256, 'latin1').toString('base64'),
    uri: `${baseUrl}/v1beta/files/${file.id}`,
    state: nowMs < file.activeMs ? 'PROCESSING' : 'ACTIVE',
    source: 'UPLOADED',
  }
}
