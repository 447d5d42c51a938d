/** One turn of an exported page: what was asked, what came, and how. */
import type { BundleAttempt, BundleTurn } from '../bundle-turn.ts'
import { inBase64, type Piece } from '../piece.ts'
import { factsOf, outputOf, turnName } from '../tell-turn.ts'
import { escapeHtml } from './escape-html.ts'
import { factLine, turnLink } from './page-frame.ts'

/** An image in a form that browsers show. */
export interface Picture {
  sha256: string
  bytes: number
  mimeType: string
  width: number | null
  height: number | null
}

/** Pictures by the digest a turn names them by, and where each was first shown: a page holds none of them twice. */
export interface Gallery {
  pictures: ReadonlyMap<string, Picture>
  shownIn: Map<string, number>
}

export function* pageTurn(turn: BundleTurn, ordinal: number, gallery: Gallery): Generator<Piece> {
  const output = outputOf(turn)
  const after = turn.parent === null ? 'a new beginning' : `after ${turnLink(turn.parent)}`
  yield `<article id="turn-${ordinal + 1}">
<header><h2>${turnName(ordinal)}</h2><span class="facts">${after}</span><span class="facts">${escapeHtml(told(turn.createdAt))}</span>${badge(turn)}</header>
<div class="asked">
`
  for (const part of turn.input) {
    if (part.type === 'text') yield words(part.text)
    else yield* picture(part.sha256, 'Given', ordinal, gallery)
  }
  yield '</div>\n'
  for (const part of output.filter(({ thought }) => !thought)) {
    if (part.text !== null && part.text !== '') yield words(part.text)
    if (part.imageSha256 !== null) yield* picture(part.imageSha256, 'Made', ordinal, gallery)
  }
  if (turn.error !== null) yield `<p class="error">${escapeHtml(`${turn.error.title}. ${turn.error.detail}`)}</p>\n`
  const thoughts = output.filter(({ thought }) => thought)
  if (thoughts.length > 0) yield '<details><summary>Thoughts on the way</summary>\n'
  for (const part of thoughts) {
    if (part.text !== null && part.text !== '') yield words(part.text)
    if (part.imageSha256 !== null) yield* picture(part.imageSha256, 'An interim rendering', ordinal, gallery)
  }
  if (thoughts.length > 0) yield '</details>\n'
  yield `${factLine(factsOf(turn))}\n${attemptTable(turn.attempts)}</article>\n`
}

function badge({ status }: BundleTurn): string {
  return `<span class="status ${status}">${status.replaceAll('_', ' ')}</span>`
}

function words(text: string): string {
  return `<p class="words">${escapeHtml(text)}</p>\n`
}

function* picture(sha256: string, verb: string, ordinal: number, { pictures, shownIn }: Gallery): Generator<Piece> {
  const image = pictures.get(sha256)
  const shown = shownIn.get(sha256)
  if (image === undefined) return
  if (shown !== undefined) {
    yield `<figure><figcaption>${verb}: the <a href="#picture-${sha256}">picture of ${turnName(shown)}</a> once more</figcaption></figure>\n`
    return
  }
  shownIn.set(sha256, ordinal)
  const size = image.width === null || image.height === null ? '' : ` width="${image.width}" height="${image.height}"`
  yield `<figure id="picture-${sha256}"><img alt="${verb} in ${turnName(ordinal)}"${size} src="data:${escapeHtml(image.mimeType)};base64,`
  yield inBase64(image)
  yield '"></figure>\n'
}

const COLUMNS: readonly (readonly [title: string, cell: (attempt: BundleAttempt) => string])[] = [
  ['#', ({ n }) => String(n)],
  ['Model', ({ model }) => model],
  ['Endpoint', ({ endpoint }) => endpoint],
  ['Started', ({ startedAt }) => told(startedAt)],
  ['Outcome', ({ outcome, late }) => (late ? `${outcome}, late` : outcome)],
  ['Status', ({ httpStatus }) => (httpStatus === null ? '' : String(httpStatus))],
  ['Then', ({ next, waitMs }) => (waitMs > 0 ? `${next ?? ''} after ${(waitMs / 1000).toFixed(1)} s` : (next ?? ''))],
  ['Cost', ({ costUsd, billed }) => (billed === 'maybe' ? 'maybe' : `$${costUsd.toFixed(4)}`)],
]

function attemptTable(attempts: readonly BundleAttempt[]): string {
  if (attempts.length === 0) return ''
  const head = COLUMNS.map(([title]) => `<th>${title}</th>`).join('')
  const rows = attempts.map((attempt) => `<tr>${COLUMNS.map(([, cell]) => `<td>${escapeHtml(cell(attempt))}</td>`).join('')}</tr>`)
  return `<details><summary>Attempts</summary><table><tr>${head}</tr>\n${rows.join('\n')}</table></details>\n`
}

/** `2026-11-20 11:46 UTC` */
function told(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
