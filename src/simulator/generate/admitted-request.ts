import type { Fault, FaultKind } from '../faults/fault-rule.ts'
import type { Model } from '../models.ts'
import type { GenerateRequest } from '../wire/generate-request.ts'
import type { ConversationImage } from './conversation.ts'

/** The faults of one request, by kind. */
export type FaultSet = { [Kind in FaultKind]?: Extract<Fault, { kind: Kind }> }

/** A request that has passed every check and is going to be answered. */
export type AdmittedRequest = { model: Model; request: GenerateRequest; images: ConversationImage[]; faults: FaultSet }
