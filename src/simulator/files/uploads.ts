import { type ByteSink, createByteSink } from '../wire/byte-sink.ts'

/** An upload that has been started and not finished (wire-facts §3.1). */
export type Upload = {
  id: string
  project: string
  fileId: string
  displayName?: string
  mimeType: string
  declaredBytes?: number
  sink: ByteSink
}

export type Uploads = {
  start(upload: Omit<Upload, 'sink'> & { keep: boolean }): Upload
  get(id: string): Upload | undefined
  end(id: string): void
  clear(): void
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>()
  return {
    start({ keep, ...start }) {
      const upload = { ...start, sink: createByteSink({ keep }) }
      uploads.set(upload.id, upload)
      return upload
    },
    get: (id) => uploads.get(id),
    end: (id) => {
      uploads.delete(id)
    },
    clear: () => uploads.clear(),
  }
}
