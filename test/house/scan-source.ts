/** Just enough of TypeScript's grammar to tell code from comments and text. */

export interface ScannedSource {
  /** The source with comments and the insides of strings blanked, every other character in its place. */
  code: string
  /** Everything blanked but the comments. */
  comments: string
  /** What it imports, types included. Lines count from 1. */
  imports: { specifier: string; line: number }[]
}

type Kind = 'code' | 'comment' | 'text'
interface Span {
  kind: Kind
  end: number
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const string = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y
/** A template's text from its opening backtick, or from the brace that ends a substitution, to the next substitution or its end. */
const template = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y
/** After these a slash begins a regular expression; after a name, a number or a closing bracket it divides. */
const beforeRegex = /(?:^|[=([{,;:!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|throw|await))$/
const importedName = /\b(?:from|import)\s*(['"])|\bimport\s*\(\s*(['"])/g

export function scanSource(source: string): ScannedSource {
  let code = ''
  let comments = ''
  for (let at = 0, nesting: number[] = [], span: Span; at < source.length; at = span.end) {
    span = spanAt(source, at, code, nesting)
    const piece = source.slice(at, span.end)
    comments += span.kind === 'comment' ? piece : blank(piece)
    code += span.kind === 'code' ? piece : span.kind === 'comment' ? blank(piece) : blankInside(piece)
  }
  return { code, comments, imports: importsOf(source, code) }
}

/** Which line a position is on, from 1. */
export function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length
}

/** @param nesting how many braces are open in each template's substitution, innermost last; kept up to date here */
function spanAt(source: string, at: number, before: string, nesting: number[]): Span {
  const character = source[at] ?? ''
  const depth = nesting.at(-1)
  const inComment = match(comment, source, at)
  if (inComment !== null) return { kind: 'comment', end: inComment }
  const inString = match(string, source, at)
  if (inString !== null) return { kind: 'text', end: inString }
  if (character === '`' || (character === '}' && depth === 0)) {
    const end = match(template, source, at) ?? source.length
    if (character === '}') nesting.pop()
    if (source[end - 1] === '{') nesting.push(0)
    return { kind: 'text', end }
  }
  const inRegex = character === '/' && beforeRegex.test(before.trimEnd().slice(-12)) ? match(regex, source, at) : null
  if (inRegex !== null) return { kind: 'text', end: inRegex }
  if (depth !== undefined && character === '{') nesting[nesting.length - 1] = depth + 1
  if (depth !== undefined && character === '}') nesting[nesting.length - 1] = depth - 1
  return { kind: 'code', end: at + 1 }
}

function match(pattern: RegExp, source: string, at: number): number | null {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : null
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ')
const blankInside = (text: string) => `${text[0]}${blank(text.slice(1, -1))}${text.at(-1)}`

function importsOf(source: string, code: string): ScannedSource['imports'] {
  return [...code.matchAll(importedName)].map((found) => {
    const start = found.index + found[0].length
    const end = code.indexOf(found[1] ?? found[2] ?? '', start)
    return { specifier: source.slice(start, end), line: lineAt(source, start) }
  })
}
