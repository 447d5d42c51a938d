/**
 * The words that stand in for what is not sent as it was. They are always in user turns: those are never validated, and
 * no model turn ever holds what no model said (wire-facts §0.4, §2.3). Line breaks keep them apart from the user's own.
 */

export const MADE_BEFORE = '\nThe image you made in the previous step:\n'

export const OMITTED_IMAGE = '\n[earlier image omitted]\n'

export function omittedTurns(count: number): string {
  return `[${count} earlier ${count === 1 ? 'turn' : 'turns'} omitted]\n`
}

/** An answer's text, marked as quoted line by line. */
export function quoteAnswer(text: string): string {
  return `\nYour answer in the previous step:\n${text.replaceAll(/^/gm, '> ')}\n`
}
