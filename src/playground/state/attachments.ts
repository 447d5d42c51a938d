/** Pictures that go with the next edit. */
import type { Attachment, Desk } from './app-state.ts'

/** Adds the pictures among these files to the draft; says so when there are others. */
export function attachFiles({ store }: Desk, files: readonly File[]): void {
  const pictures = files.filter(isPicture)
  const { draft } = store.get()
  const added = pictures.map((file): Attachment => ({ name: file.name, url: URL.createObjectURL(file), source: file }))
  store.set({ draft: { ...draft, attachments: [...draft.attachments, ...added] } })
  if (pictures.length < files.length) store.set({ notice: { text: 'Only PNG, JPEG, WebP and HEIC pictures can be added.', tone: 'error' } })
}

export function detach({ store }: Desk, attachment: Attachment): void {
  const { draft } = store.get()
  release([attachment])
  store.set({ draft: { ...draft, attachments: draft.attachments.filter((other) => other !== attachment) } })
}

/** Lets go of what the browser holds to show these by, once they are no longer shown. */
export function release(attachments: readonly Attachment[]): void {
  for (const { source, url } of attachments) if (source instanceof File) URL.revokeObjectURL(url)
}

/** Browsers do not know HEIC by type everywhere, so its name counts too. The service judges by content. */
function isPicture({ type, name }: File): boolean {
  return /^image\/(?:png|jpeg|webp|hei[cf])$/.test(type) || /\.hei[cf]$/i.test(name)
}
