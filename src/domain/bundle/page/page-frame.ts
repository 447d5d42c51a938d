/** What is around the turns of an exported page: its head, what the session is, and the tree of its turns. */
import type { BundleSession } from '../bundle-session.ts'
import { turnName } from '../tell-turn.ts'
import { escapeHtml } from './escape-html.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface OutlineItem {
  parent: number | null
  status: string
  label: string
}

/** Nothing but what is in the page may be loaded, and nothing may run. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export function pageStart(session: BundleSession, outline: readonly OutlineItem[]): string {
  const title = escapeHtml(session.title ?? 'Untitled session')
  const turns = outline.length === 1 ? '1 turn' : `${outline.length} turns`
  const facts = [turns, `strategy ${session.strategy}`, ...(session.models ?? []), dayOf(session.createdAt), dayOf(session.updatedAt)]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${factLine([...new Set(facts)])}
${session.systemInstruction === null ? '' : `<p class="instruction">${escapeHtml(session.systemInstruction)}</p>\n`}${tree(session, outline)}
<main>
`
}

export const PAGE_END = '</main>\n</body>\n</html>\n'

export function factLine(facts: readonly string[]): string {
  return `<p class="facts">${facts.map((fact) => `<span>${escapeHtml(fact)}</span>`).join('')}</p>`
}

/** A link to a turn of this page. */
export function turnLink(ordinal: number): string {
  return `<a href="#turn-${ordinal + 1}">${turnName(ordinal)}</a>`
}

/** A line of descent is one list; where it forks, each branch is a list of its own, so that a hundred turns are not a hundred deep. */
function tree(session: BundleSession, outline: readonly OutlineItem[]): string {
  if (outline.length === 0) return '<p>There are no turns.</p>'
  const children = Map.groupBy(outline.keys(), (ordinal) => outline[ordinal]?.parent ?? null)
  const following = (parent: number | null): (number | string)[] => {
    const own = children.get(parent) ?? []
    return own.length === 1 ? own : own.flatMap((ordinal) => ['<li><ul>', ordinal, '</ul></li>'])
  }
  const lines: string[] = []
  const waiting = following(null).reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    lines.push(typeof next === 'string' ? next : `<li>${describe(session, outline[next], next)}</li>`)
    if (typeof next === 'number') waiting.push(...following(next).reverse())
  }
  return `<nav><h2>Turns</h2>\n<ul>\n${lines.join('\n')}\n</ul></nav>`
}

function describe(session: BundleSession, item: OutlineItem | undefined, ordinal: number): string {
  const status =
    item === undefined || item.status === 'succeeded' ? '' : ` <span class="status ${item.status}">${escapeHtml(item.status)}</span>`
  const head = session.head === ordinal ? ' <span class="status">head</span>' : ''
  return `${turnLink(ordinal)} ${escapeHtml(item?.label ?? '')}${status}${head}`
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}
