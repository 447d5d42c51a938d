import type { Piece } from '../domain/bundle/piece.ts'
import { describeError } from '../domain/describe-error.ts'
import { nothingNamed, openExport, type SessionExport, type WhatToExport } from './bundle/open-export.ts'
import { readAhead } from './bundle/read-ahead.ts'
import { toBytes } from './bundle/to-bytes.ts'
import { writeArchive } from './bundle/write-archive.ts'
import { geminiPieces } from './bundle/write-gemini.ts'
import { bundlePieces } from './bundle/write-json.ts'
import { markdownPieces } from './bundle/write-markdown.ts'
import { pagePieces } from './bundle/write-page.ts'
import type { ServiceContext, Verb } from './context.ts'

export const EXPORT_FORMATS = ['json', 'zip', 'gemini', 'html', 'markdown'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

interface Wanted extends WhatToExport {
  format: ExportFormat
  /** Of `json`: images inside it, or by digest alone. */
  media: 'digest' | 'inline'
}

export interface ExportedSession {
  title: string | null
  /** Made as it is read. Breaks off where something is gone that was there when it began; the log then says why. */
  bytes: AsyncIterable<Uint8Array>
}

/** A session, or one branch of it, as a document. Nothing of it is held whole, whatever its size. */
export const exportSession: Verb<Wanted, ExportedSession> = async ({ ctx, input }) => {
  const exported = await openExport(ctx, input)
  return { title: exported.session.title, bytes: logged(ctx, await readAhead(WRITERS[input.format](ctx, exported, input))) }
}

/** Logs why an export broke off: its reader only sees that it did. */
async function* logged(ctx: ServiceContext, bytes: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    ctx.logger.error('export.broken', { requestId: ctx.requestId, error: describeError(error) })
    throw new Error('the export broke off')
  }
}

type Pieces = (ctx: ServiceContext, exported: SessionExport, wanted: Wanted) => AsyncIterable<Piece>

const written =
  (pieces: Pieces) =>
  (ctx: ServiceContext, exported: SessionExport, wanted: Wanted): AsyncGenerator<Uint8Array> =>
    toBytes(ctx, pieces(ctx, exported, wanted))

const WRITERS: Readonly<Record<ExportFormat, ReturnType<typeof written>>> = {
  json: written((_ctx, exported, { media }) => bundlePieces(exported, nothingNamed(), { images: media === 'inline', signatures: true })),
  zip: writeArchive,
  gemini: written((ctx, { leafId }) => geminiPieces(ctx, leafId)),
  html: written(pagePieces),
  markdown: written((_ctx, exported) => markdownPieces(exported)),
}
