/** One branch as `{"contents":[…]}`, ready to be posted to `generateContent`: signatures in place, images inside. */
import { loadBranch } from '../../db/branch.ts'
import { imageMetadataOf } from '../../db/tenant-queries.ts'
import { inBase64, type Piece } from '../../domain/bundle/piece.ts'
import { findModel, type ModelEntry } from '../../domain/catalogue.ts'
import type { BranchTurn } from '../../domain/history/branch-turn.ts'
import { planHistory } from '../../domain/history/plan-history.ts'
import type { RequestContent, RequestPart } from '../../domain/model-call.ts'
import type { ImageBlob, MintedBy } from '../../domain/part.ts'
import { splitAtHoles } from '../../domain/part-text.ts'
import type { ServiceContext } from '../context.ts'
import { outgoingImage } from '../outgoing-image.ts'

/** The largest number a query takes for a count of turns. */
const EVERY_TURN = 2 ** 31 - 1

/**
 * The contents that lead to `leaf` and its answer, as the model that gave the last answer takes them: its own answers as they
 * came, those of others re-packed, nothing left out. A leaf without an answer ends with what was asked.
 */
export async function* geminiPieces(ctx: ServiceContext, leaf: string | null): AsyncGenerator<Piece> {
  const branch = await loadBranch(ctx.db, leaf, EVERY_TURN)
  const contents = planned(ctx, branch)
  const metadata = await imageMetadataOf(ctx.db, ctx.principal.tenantId)
  yield '{"contents":['
  for (const [index, { role, parts }] of contents.entries()) {
    yield `${index === 0 ? '' : ','}\n{"role":"${role}","parts":[`
    for (const [at, part] of parts.entries()) {
      if (at > 0) yield ','
      yield* partPieces(part, (image) => outgoingImage(ctx, image, metadata))
    }
    yield ']}'
  }
  yield ']}\n'
}

function planned(ctx: ServiceContext, branch: readonly BranchTurn[]): readonly RequestContent[] {
  const minter = branch.flatMap(({ output }) => output).at(-1)?.mintedBy ?? { api: '', model: '' }
  return planHistory({
    branch,
    input: [],
    target: { api: minter.api, model: unlimited(ctx, minter) },
    exchanges: ctx.catalogue.signatureExchanges,
    settings: { mode: 'full' },
    repack: false,
    shrink: false,
  }).contents
}

/** The model without its limits: what is exported is for the reader to cut. One that the catalogue lacks is taken to sign. */
function unlimited({ catalogue }: ServiceContext, { model: id }: MintedBy): ModelEntry {
  const [first] = catalogue.models
  const known = findModel(catalogue, id) ?? (first === undefined ? null : { ...first, id, signs: true })
  if (known === null) throw new Error('the catalogue has no models')
  const most = Number.MAX_SAFE_INTEGER
  return { ...known, contextTokens: most, requestBytesMax: most, historyImagesMax: most }
}

async function* partPieces(part: RequestPart, outgoing: (image: ImageBlob) => Promise<ImageBlob>): AsyncGenerator<Piece> {
  switch (part.kind) {
    case 'text':
      yield JSON.stringify({ text: part.text })
      break
    case 'file':
      yield JSON.stringify({ fileData: { mimeType: part.mimeType, fileUri: part.uri } })
      break
    case 'inline': {
      const image = await outgoing(part.image)
      yield `{"inlineData":{"mimeType":${JSON.stringify(image.mimeType)},"data":"`
      yield inBase64(image)
      yield '"}}'
      break
    }
    case 'raw':
      yield* splitAtHoles(part.raw, part.holes)
  }
}
