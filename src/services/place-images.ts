/** Gives every picture of a planned request its way to the upstream; uploads what has to be uploaded. */
import { findHandles } from '../db/upstream-file-queries.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { PlannedHistory } from '../domain/history/plan-history.ts'
import type { ModelAnswer, RequestContent } from '../domain/model-call.ts'
import { handleGoodUntilMs, INLINE_IMAGE_BYTES_MAX, planPlacement, placeImages as putAddresses } from '../domain/placement.ts'
import { UpstreamFileError } from '../domain/ports.ts'
import type { AttemptDecision } from '../engine/decision.ts'
import type { Installation } from './context.ts'
import { ensureFile } from './ensure-file.ts'
import { outgoingImages } from './outgoing-image.ts'

export interface Placed {
  contents: readonly RequestContent[]
  /** The upload that failed, when what it was for cannot travel in the body instead: the attempt's answer. */
  failure: ModelAnswer | null
}

/** `tenantId`: whose pictures they are. Throws the signal's reason when it aborts. */
export async function placeImages(
  inst: Installation,
  tenantId: string,
  endpoint: Endpoint,
  plan: PlannedHistory,
  decision: Pick<AttemptDecision, 'repairs' | 'timeoutMs'>,
  signal: AbortSignal,
): Promise<Placed> {
  const contents = await asSent(inst, tenantId, plan)
  const pictures = contents.flatMap(({ role, parts }) =>
    role === 'user' ? parts.flatMap((part) => (part.kind === 'inline' ? [part.image] : [])) : [],
  )
  const held = endpoint.files ? await findHandles(inst.db, endpoint.project, [...new Set(pictures.map(({ sha256 }) => sha256))]) : []
  const nowMs = inst.clock.nowMs()
  const { placements } = planPlacement({
    contents,
    requestBytes: plan.size.bytes,
    endpoint: decision.repairs.shrink === 'none' ? endpoint : { ...endpoint, inlineBytesMax: 0 },
    held,
    isReplayed: true,
    timeoutMs: decision.timeoutMs,
    nowMs,
    urlOf: null,
  })
  const uris = new Map<string, string>()
  const goodUntilMs = handleGoodUntilMs(nowMs, decision.timeoutMs)
  for (const image of new Map(pictures.map((picture) => [picture.sha256, picture])).values()) {
    const placement = placements.get(image.sha256)
    if (placement?.how === 'file' || placement?.how === 'url') uris.set(image.sha256, placement.uri)
    if (placement?.how !== 'upload') continue
    try {
      uris.set(image.sha256, (await ensureFile(inst, endpoint, image, goodUntilMs, signal)).uri)
    } catch (error) {
      const mayGoInline = image.bytes <= INLINE_IMAGE_BYTES_MAX && decision.repairs.shrink === 'none'
      if (!(error instanceof UpstreamFileError)) throw error
      if (!mayGoInline) return { contents, failure: error.answer }
      inst.logger.warn('media.upload_failed', { endpoint: endpoint.id, outcome: error.answer.outcome, bytes: image.bytes })
    }
  }
  return { contents: putAddresses(contents, uris), failure: null }
}

/** The planned contents with the user's pictures (`images`) in the form in which they leave the house. */
export async function asSent(
  inst: Installation,
  tenantId: string,
  plan: Pick<PlannedHistory, 'contents' | 'images'>,
): Promise<RequestContent[]> {
  const forms = await outgoingImages(inst, tenantId, plan.images)
  return plan.contents.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => (part.kind === 'inline' ? { ...part, image: forms.get(part.image.sha256) ?? part.image } : part)),
  }))
}
