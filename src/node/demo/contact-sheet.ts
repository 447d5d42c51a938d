/** The page that shows what the demo did: the tree of pictures and the ledger. One file, no script, nothing from elsewhere. */
import type { Attempt, Turn } from './api-schema.ts'
import { contactSheetStyle } from './contact-sheet-style.ts'
import { counted, formatDuration, formatUsd } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { layoutTree, type Place } from './tree-layout.ts'

export interface SheetTurn {
  name: string
  title: string
  prompt: string
  /** What a viewer should notice. */
  notice: string
  /** Name of the turn it builds on; null: the photo. */
  parent: string | null
  /** Links relative to the page; null when there is no picture. */
  picture: string | null
  interimPictures: readonly string[]
  /** From submission to the end. */
  elapsedMs: number
  turn: Turn
}

export interface Sheet {
  title: string
  /** One sentence: with whom the conversation was held. */
  subtitle: string
  /** Link relative to the page. */
  photo: string
  turns: readonly SheetTurn[]
}

const FIDELITY: Readonly<Record<string, string>> = {
  exact: 'the history was replayed byte for byte',
  repacked: 'pictures of another model were shown to this one as the user’s own',
  windowed: 'older pictures were left out',
}

/** The whole page. Links in `sheet` are used as they are given; texts are escaped. */
export function contactSheet(sheet: Sheet): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${sheet.title} · Pentimento</title>
<style>${{ html: contactSheetStyle }}</style>
</head>
<body>
<header>
  <h1>${sheet.title}</h1>
  <p>${sheet.subtitle}</p>
  ${totals(sheet.turns)}
</header>
<main>
  <section class="tree" aria-label="The conversation" style="--columns: ${columnsOf(sheet)}">${tree(sheet)}</section>
  <section><h2>Every attempt</h2><div class="scroll">${ledger(sheet.turns)}</div></section>
</main>
<footer>Hover over “history” to see what it means. The answers of the service are in <a href="conversation.json">conversation.json</a>, its log in <a href="service.log">service.log</a>.</footer>
</body>
</html>
`
  return page.html
}

function totals(turns: readonly SheetTurn[]): Markup {
  const attempts = turns.flatMap(({ turn }) => turn.attempts)
  const facts: [string, string | number][] = [
    ['turns', turns.length],
    ['attempts', attempts.length],
    ['of them refused', attempts.filter(({ outcome }) => outcome !== 'succeeded').length],
    ['spent', formatUsd(turns.reduce((sum, { turn }) => sum + turn.costUsd, 0))],
    ['in all', formatDuration(turns.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0))],
  ]
  return html`<dl class="totals">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function columnsOf({ turns }: Sheet): number {
  return 2 + Math.max(0, ...[...layoutTree(turns).values()].map(({ column }) => column))
}

function tree({ photo, turns }: Sheet): Markup[] {
  const places = layoutTree(turns)
  const cards = turns.map((entry) => {
    const place = places.get(entry.name) ?? { column: 0, row: 0 }
    const parent = (entry.parent === null ? null : places.get(entry.parent)) ?? { column: -1, row: 0 }
    return html`${link(parent, place)}${turnCard(entry, place)}`
  })
  return [
    html`<article class="card photo" style="${gridArea({ column: -1, row: 0 })}"><h3>The photo</h3>${picture(photo, 'The photo')}</article>`,
    ...cards,
  ]
}

/** Cards stand in the odd columns of the grid, the lines between them in the even ones. */
function gridArea({ column, row }: Place): string {
  return `grid-column: ${2 * column + 3}; grid-row: ${row + 1}`
}

function link(from: Place, to: Place): Markup {
  const column = 2 * to.column + 2
  if (from.row === to.row) return html`<i class="line" style="grid-column: ${column}; grid-row: ${to.row + 1}"></i>`
  return html`<i class="drop" style="grid-column: ${column}; grid-row: ${from.row + 1} / ${to.row + 1}"></i><i class="elbow" style="grid-column: ${column}; grid-row: ${to.row + 1}"></i>`
}

function turnCard({ title, prompt, notice, picture: file, interimPictures, elapsedMs, turn }: SheetTurn, place: Place): Markup {
  const { attempts, costUsd, error, fallback, historyFidelity, model } = turn
  return html`<article class="card" style="${gridArea(place)}">
  <h3>${title}</h3>
  ${file === null ? html`<p class="missing">${error?.detail ?? 'No picture.'}</p>` : picture(file, `${title}: ${prompt}`)}
  <p class="prompt">“${prompt}”</p>
  <ul class="chips">
    <li class="${fallback ? 'alert' : 'model'}">${model ?? 'no model'}${fallback ? ' (fallback)' : ''}</li>
    <li class="${attempts.length > 1 ? 'alert' : 'plain'}">${counted(attempts.length, 'attempt')}</li>
    <li>${formatUsd(costUsd)}</li>
    <li>${formatDuration(elapsedMs)}</li>
    <li class="${historyFidelity === 'exact' ? 'plain' : 'alert'}" title="${FIDELITY[historyFidelity ?? ''] ?? ''}">history ${historyFidelity ?? '–'}</li>
  </ul>
  <p class="notice">${notice}</p>
  ${interimPictures.length === 0 ? null : html`<details><summary>${counted(interimPictures.length, 'interim picture')}</summary>${interimPictures.map((interim) => picture(interim, `${title}, interim`))}</details>`}
</article>`
}

function picture(file: string, alt: string): Markup {
  return html`<a href="${file}"><img src="${file}" alt="${alt}"></a>`
}

const LEDGER_HEADS = ['turn', 'n', 'model', 'outcome', 'HTTP', 'took', 'then', 'cost', 'what the upstream said']

function ledger(turns: readonly SheetTurn[]): Markup {
  const rows = turns.flatMap(({ title, turn }) => turn.attempts.map((attempt) => ledgerRow(title, attempt)))
  return html`<table><thead><tr>${LEDGER_HEADS.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`
}

function ledgerRow(title: string, attempt: Attempt): Markup {
  const { n, model, outcome, httpStatus, durationMs, next, waitMs, costUsd, message } = attempt
  return html`<tr>
  <td>${title}</td><td>${n}</td><td>${model}</td>
  <td class="${outcome === 'succeeded' ? 'good' : 'bad'}">${outcome ?? 'in flight'}</td>
  <td>${httpStatus}</td><td>${durationMs === null ? null : formatDuration(durationMs)}</td>
  <td>${next}${waitMs ? ` in ${formatDuration(waitMs)}` : null}</td><td>${formatUsd(costUsd)}</td><td>${message}</td>
</tr>`
}
