import { MODEL_ALIASES, MODELS, type Model } from '../models.ts'
import { modelNotFound } from '../wire/api-error.ts'

/**
 * The model that answers to a name, which may be another than the one that was asked for: an alias, or the successor of a retired one.
 * @throws ApiError 404 unknown, or retired without a successor
 */
export function findModel(name: string, retired: Readonly<Record<string, string>>): Model {
  const current = retired[name] ?? MODEL_ALIASES[name] ?? name
  const model = MODELS.find(({ id }) => id === current)
  if (!model) throw modelNotFound(name)
  return model
}
