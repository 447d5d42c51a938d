/** What the reasons for which a model stops mean. An open set: a reason not named here is `stopped_short` (wire-facts §0.5). */

/**
 * `blocked`: policy took the output back, parts or not. `unsigned_history`: a signature we should have sent.
 * `stopped_short`: an image that came all the same is an answer and paid for; without one there is none.
 */
export type FinishMeaning = 'done' | 'blocked' | 'unsigned_history' | 'stopped_short'

const MEANINGS: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>([
  ['STOP', 'done'],
  ['SAFETY', 'blocked'],
  ['RECITATION', 'blocked'],
  ['BLOCKLIST', 'blocked'],
  ['PROHIBITED_CONTENT', 'blocked'],
  ['SPII', 'blocked'],
  ['IMAGE_SAFETY', 'blocked'],
  ['IMAGE_PROHIBITED_CONTENT', 'blocked'],
  ['IMAGE_RECITATION', 'blocked'],
  ['MISSING_THOUGHT_SIGNATURE', 'unsigned_history'],
])

export function meaningOfFinish(finishReason: string): FinishMeaning {
  return MEANINGS.get(finishReason) ?? 'stopped_short'
}
