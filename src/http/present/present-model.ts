/** Entries of the model catalogue, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { ModelEntry } from '../../domain/catalogue.ts'
import type { ModelHealth } from '../../services/list-models.ts'
import type { ModelResource } from '../contract/model.ts'

export function presentModel(model: ModelEntry & { health: ModelHealth }): z.input<typeof ModelResource> {
  const { id, aliases, status, successor, sizes, aspectRatios, referenceImagesMax, prices, timeoutMs, health } = model
  return { id, aliases, status, successor, sizes, aspectRatios, referenceImagesMax, prices, timeoutMs, health }
}
