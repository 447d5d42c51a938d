/** Entries of the model catalogue, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { ModelEntry } from '../../domain/catalogue.ts'
import type { ModelResource } from '../contract/model.ts'

type Resource = z.input<typeof ModelResource>

export function presentModel(model: ModelEntry & { health: Resource['health'] }): Resource {
  const { id, aliases, status, successor, sizes, aspectRatios, referenceImagesMax, prices, timeoutMs, health } = model
  return { id, aliases, status, successor, sizes, aspectRatios, referenceImagesMax, prices, timeoutMs, health }
}
