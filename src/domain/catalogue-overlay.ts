/** Lays `MODEL_CATALOG` over the catalogue that ships. */
import { BUILT_IN_CATALOGUE } from './built-in-catalogue.ts'
import type { Catalogue, ModelEntry } from './catalogue.ts'
import { type CatalogueOverlay, catalogueOverlaySchema, modelEntrySchema } from './catalogue-schema.ts'
import { deepFreeze } from './deep-freeze.ts'
import { InvalidOverlay } from './invalid-overlay.ts'
import { parseFields } from './parse-fields.ts'
import type { FieldError } from './problem.ts'
import { STRATEGIES } from './session.ts'

const WHAT = 'MODEL_CATALOG'

/**
 * The catalogue in force. `overlay` (undefined or null: none) has the catalogue's own shape: `models`, by id or as a list
 * with ids, patch the entry of that id field by field or add a model; a chain and `signatureExchanges` replace ours.
 * Throws `InvalidOverlay` with the path of every bad field.
 */
export function loadCatalogue(overlay: unknown): Catalogue {
  const parsed = parseFields(catalogueOverlaySchema, overlay ?? {})
  if (!parsed.ok) throw new InvalidOverlay(WHAT, parsed.errors)
  const { chains } = BUILT_IN_CATALOGUE
  const { quality = chains.quality, stability = chains.stability, cost = chains.cost } = parsed.data.chains
  const catalogue: Catalogue = {
    models: overlaidModels(parsed.data),
    chains: { quality, stability, cost },
    signatureExchanges: parsed.data.signatureExchanges ?? BUILT_IN_CATALOGUE.signatureExchanges,
  }
  const errors = [...nameErrors(catalogue), ...chainErrors(catalogue)]
  if (errors.length > 0) throw new InvalidOverlay(WHAT, errors)
  return deepFreeze(catalogue)
}

function overlaidModels(overlay: CatalogueOverlay): ModelEntry[] {
  const patches = Array.isArray(overlay.models) ? overlay.models.map((patch) => [patch.id, patch] as const) : Object.entries(overlay.models)
  const entries = new Map(BUILT_IN_CATALOGUE.models.map((entry): [string, ModelEntry] => [entry.id, entry]))
  for (const [id, patch] of patches) {
    const parsed = parseFields(modelEntrySchema, overlaid(entries.get(id) ?? {}, { ...patch, id }), ['models', id])
    if (!parsed.ok) throw new InvalidOverlay(WHAT, parsed.errors)
    entries.set(id, parsed.data)
  }
  return [...entries.values()]
}

/** Objects are laid over each other key by key; lists and scalars replace. */
function overlaid(base: object, patch: object): object {
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    const under = result[key]
    result[key] = isPlain(under) && isPlain(value) ? overlaid(under, value) : value
  }
  return result
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A name means one model, and successors exist and lead somewhere. */
function nameErrors({ models }: Catalogue): FieldError[] {
  const owners = new Map<string, string>()
  const errors: FieldError[] = []
  for (const model of models) {
    for (const name of [model.id, ...model.aliases]) {
      const owner = owners.get(name)
      if (owner !== undefined) errors.push({ path: `models.${model.id}.aliases`, message: `${name} already means ${owner}` })
      owners.set(name, model.id)
    }
  }
  for (const model of models) {
    const path = `models.${model.id}.successor`
    if (model.successor !== null && !owners.has(model.successor)) errors.push({ path, message: `no model ${model.successor}` })
    if (model.successor === null && model.status === 'retired') errors.push({ path, message: 'a retired model needs a successor' })
    if (runsInCircle(model, models)) errors.push({ path, message: 'the successors run in a circle' })
  }
  return errors
}

function runsInCircle(model: ModelEntry, models: readonly ModelEntry[]): boolean {
  const seen = new Set<string>()
  for (let id: string | null = model.id; id !== null; id = models.find((other) => other.id === id)?.successor ?? null) {
    if (seen.has(id)) return true
    seen.add(id)
  }
  return false
}

function chainErrors({ models, chains }: Catalogue): FieldError[] {
  const names = new Set(models.flatMap((model) => [model.id, ...model.aliases]))
  return STRATEGIES.flatMap((strategy) =>
    chains[strategy].flatMap((name, index) =>
      names.has(name) ? [] : [{ path: `chains.${strategy}.${index}`, message: `no model ${name}` }],
    ),
  )
}
