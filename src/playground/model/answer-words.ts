import type { Turn } from '../../client/index.ts'

/** The texts of an answer. One that was streamed comes in pieces; what comes after a picture is another one. */
export function wordsOf({ output }: Pick<Turn, 'output'>): string[] {
  const texts: string[] = []
  let joins = false
  for (const part of output?.parts ?? []) {
    if (part.thought) continue
    if (part.type === 'text') texts.push(joins ? (texts.pop() ?? '') + part.text : part.text)
    joins = part.type === 'text'
  }
  return texts
}
