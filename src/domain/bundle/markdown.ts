/** A session as Markdown: to be read, and kept beside the files of its zip, whose names its pictures link to. */
import type { BundleMedia } from './bundle.ts'
import type { BundleSession } from './bundle-session.ts'
import type { BundleTurn } from './bundle-turn.ts'
import { mediaFile } from './file-names.ts'
import { factsOf, outputOf, turnName } from './tell-turn.ts'

export function markdownStart(session: BundleSession): string {
  const instruction = session.systemInstruction === null ? '' : `${quote(session.systemInstruction)}\n\n`
  return `# ${escapeMarkdown(session.title ?? 'Untitled session').replaceAll(/\s+/g, ' ')}\n\n${instruction}`
}

export function markdownTurn(turn: BundleTurn, ordinal: number, media: ReadonlyMap<string, BundleMedia>): string {
  const { parent, status, createdAt, error } = turn
  const after = parent === null ? 'a new beginning' : `after ${turnName(parent)}`
  const show = (sha256: string, alt: string) => {
    const image = media.get(sha256)
    return image === undefined ? [] : [`![${alt}](${mediaFile(image)})`]
  }
  const asked = turn.input.flatMap((part) =>
    part.type === 'text' ? [quote(part.text)] : show(part.sha256, `Given in ${turnName(ordinal)}`),
  )
  const came = outputOf(turn)
    .filter(({ thought }) => !thought)
    .flatMap(({ text, imageSha256 }) => [
      ...(text === null || text === '' ? [] : [escapeMarkdown(text)]),
      ...(imageSha256 === null ? [] : show(imageSha256, `Made in ${turnName(ordinal)}`)),
    ])
  const failed = error === null ? [] : [`**${escapeMarkdown(`${error.title}. ${error.detail}`)}**`]
  const facts = [status.replaceAll('_', ' '), ...factsOf(turn)].join(' · ')
  return [`## ${turnName(ordinal)}`, `${after}, ${createdAt}`, ...asked, ...came, ...failed, `*${escapeMarkdown(facts)}*`, ''].join('\n\n')
}

function quote(text: string): string {
  return escapeMarkdown(text).replaceAll(/^/gm, '> ')
}

/** Words that are only words: no heading, list, link, picture or element begins in them. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>&#!|~]/g, '\\$&').replaceAll(/^(\s*)([-+=]|\d+[.)])/gm, '$1\\$2')
}
