/** Whether a model takes an answer back as it is. What nobody has proven is not tried (engine.md, History). */
import type { SignatureExchange } from '../catalogue.ts'
import type { ModelPart } from '../part.ts'
import type { HistoryTarget } from './branch-turn.ts'

/**
 * True when `parts` (an answer without its thoughts) may stand in a model turn of a request to `target`, byte for byte:
 * it minted them itself or a proven pair says so, and every signature it will look for is there. A model that does not
 * sign also takes unsigned parts of its own API.
 */
export function takesBack(target: HistoryTarget, parts: readonly ModelPart[], exchanges: readonly SignatureExchange[]): boolean {
  if (!target.model.signs && parts.every((part) => !part.signed && part.mintedBy.api === target.api)) return true
  if (target.model.signs && !carriesItsSignatures(parts)) return false
  return parts.every((part) => isOwn(target, part) || isExchanged(target, part, exchanges))
}

/**
 * wire-facts §2.1: a signature is on every image and on the first part; §2.6: that of the first part may come late, on
 * an empty text. Refused otherwise with 400 `… part is missing a thought_signature`.
 */
function carriesItsSignatures(parts: readonly ModelPart[]): boolean {
  const [first] = parts
  const imagesSigned = parts.every((part) => part.image === null || part.signed)
  return imagesSigned && (first?.signed === true || parts.some((part) => part.signed && part.text === ''))
}

function isOwn({ api, model }: HistoryTarget, { mintedBy }: ModelPart): boolean {
  return mintedBy.api === api && mintedBy.model === model.id
}

function isExchanged({ api, model }: HistoryTarget, { mintedBy }: ModelPart, exchanges: readonly SignatureExchange[]): boolean {
  return exchanges.some(
    (pair) =>
      pair.mintedBy.api === mintedBy.api &&
      pair.mintedBy.model === mintedBy.model &&
      pair.takenBy.api === api &&
      pair.takenBy.model === model.id,
  )
}
