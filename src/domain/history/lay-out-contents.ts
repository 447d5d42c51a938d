/** Lays a branch and a new input out as the contents of a request, as a window shows it. */
import type { RequestContent, RequestPart } from '../model-call.ts'
import type { InputPart, ModelPart } from '../part.ts'
import { type BranchTurn, replayedParts } from './branch-turn.ts'
import { MADE_BEFORE, OMITTED_IMAGE, omittedTurns, quoteAnswer } from './history-words.ts'
import type { Window } from './window.ts'

export interface Layout {
  contents: readonly RequestContent[]
  /** Answers told in user turns. */
  repackedTurns: number
  /** Turns of which nothing is sent, those never loaded included. */
  omittedTurns: number
}

export interface LayoutInput {
  branch: readonly BranchTurn[]
  input: readonly InputPart[]
  /** Turns older than the branch that were not loaded. */
  earlierTurns: number
  /** Whether the answer of that turn may be replayed as it is. */
  isExact: (turn: number) => boolean
  window: Window
}

/** User contents that would follow one another are one content; nothing is merged within an answer (wire-facts §2.1). */
export function layOutContents({ branch, input, earlierTurns, isExact, window }: LayoutInput): Layout {
  const told = branch.map((turn, index) => ({ turn, index })).filter(({ index }) => window.keepsTurn(index))
  const omitted = earlierTurns + branch.length - told.length
  const contents: RequestContent[] = []
  const add = (role: RequestContent['role'], parts: readonly RequestPart[]) => {
    const last = contents.at(-1)
    if (parts.length === 0) return
    if (role === 'user' && last?.role === 'user') contents[contents.length - 1] = { role, parts: [...last.parts, ...parts] }
    else contents.push({ role, parts })
  }

  let repackedTurns = 0
  if (omitted > 0) add('user', [{ kind: 'text', text: omittedTurns(omitted) }])
  for (const { turn, index } of told) {
    add(
      'user',
      userParts(turn.input, (part) => window.keepsPicture(index, 'user', part)),
    )
    const answer = replayedParts(turn)
    if (answer.length === 0) continue
    const keeps = (part: number) => window.keepsPicture(index, 'model', part)
    if (isExact(index) && index >= window.answersFrom && answer.every((part, at) => part.image === null || keeps(at))) {
      add('model', answer.map(rawPart))
    } else {
      repackedTurns += 1
      add('user', repackedParts(answer, keeps))
    }
  }
  add(
    'user',
    userParts(input, () => true),
  )
  return { contents, repackedTurns, omittedTurns: omitted }
}

function userParts(parts: readonly InputPart[], keeps: (part: number) => boolean): RequestPart[] {
  return parts.map((part, at) => {
    if (part.type === 'text') return { kind: 'text', text: part.text }
    return keeps(at) ? inlineImage(part) : { kind: 'text', text: OMITTED_IMAGE }
  })
}

function rawPart({ raw, holes }: ModelPart): RequestPart {
  return { kind: 'raw', raw, holes }
}

/** An answer in a user's turn: its words quoted (pieces of one stream joined), each picture introduced or told to be missing. */
function repackedParts(answer: readonly ModelPart[], keeps: (part: number) => boolean): RequestPart[] {
  const parts: RequestPart[] = []
  let words = ''
  const say = () => {
    if (words !== '') parts.push({ kind: 'text', text: quoteAnswer(words) })
    words = ''
  }
  for (const [at, part] of answer.entries()) {
    words += part.text ?? ''
    if (part.image === null) continue
    say()
    if (keeps(at)) parts.push({ kind: 'text', text: MADE_BEFORE }, inlineImage(part.image))
    else parts.push({ kind: 'text', text: OMITTED_IMAGE })
  }
  say()
  return parts
}

function inlineImage({ sha256, bytes, mimeType }: { sha256: string; bytes: number; mimeType: string }): RequestPart {
  return { kind: 'inline', image: { sha256, bytes, mimeType } }
}
