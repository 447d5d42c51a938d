/** What can be chosen for the next picture, judged by what each model can do. */
import type { Model, Session, SessionUpdate } from '../../client/index.ts'
import { modelName } from './words.ts'

/** What the session's pictures are asked of, and how: kept in the session, so that it is the same after a reload. */
export interface Settings {
  /** A strategy, or the id of one model. */
  model: string
  aspectRatio: string
  size: string
}

/** For each strategy what it is called. Any other `model` is an id. */
export const STRATEGIES = { quality: 'Best quality', stability: 'Most reliable', cost: 'Cheapest' } as const

/** Leaves the choice to the model. */
export const AUTO = ''
export const USUAL_SETTINGS: Settings = { model: 'quality', aspectRatio: AUTO, size: AUTO }

const isStrategy = (model: string): model is keyof typeof STRATEGIES => model in STRATEGIES

/** A chain of one that no strategy stands for is a model somebody chose. */
export function settingsOf({ strategy, models, image }: Session): Settings {
  const [only, ...more] = models
  const own = only !== undefined && more.length === 0 && strategy !== 'cost'
  return { model: own ? only : strategy, aspectRatio: image.aspectRatio ?? AUTO, size: image.size ?? AUTO }
}

/** The settings as a session takes them. */
export function toUpdate({ model, aspectRatio, size }: Settings): SessionUpdate {
  const image = { ...(aspectRatio === AUTO ? {} : { aspectRatio }), ...(size === AUTO ? {} : { size }) } as NonNullable<
    SessionUpdate['image']
  >
  return isStrategy(model) ? { strategy: model, models: null, image } : { strategy: 'quality', models: [model], image }
}

/** The model that is asked first. */
export function firstModel(models: readonly Model[], settings: Settings, session: Session | null): Model | undefined {
  const firstOfChain = session !== null && settingsOf(session).model === settings.model ? session.models[0] : undefined
  const id = isStrategy(settings.model) ? firstOfChain : settings.model
  return models.find((model) => model.id === id)
}

export interface Choice {
  value: string
  label: string
  /** False: the model asked first cannot do it. */
  possible: boolean
}

export function modelChoices(models: readonly Model[]): Choice[] {
  return models.filter(({ status }) => status !== 'retired').map(({ id }) => ({ value: id, label: modelName(id), possible: true }))
}

/** Every ratio any model takes; those beyond `model` are marked. */
export function ratioChoices(models: readonly Model[], model: Model | undefined): Choice[] {
  return choicesOf(
    models.map(({ aspectRatios }) => aspectRatios),
    model?.aspectRatios,
  )
}

export function sizeChoices(models: readonly Model[], model: Model | undefined): Choice[] {
  return choicesOf(
    models.map(({ sizes }) => sizes),
    model?.sizes,
  ).toSorted((a, b) => sizeRank(a.value) - sizeRank(b.value))
}

/** Price of one picture in USD, without what is sent along; null where it is not known. */
export function priceOf(model: Model | undefined, { size }: Settings): number | null {
  const tokens = model?.prices.imageTokens[(size === AUTO ? '1K' : size) as keyof Model['prices']['imageTokens']]
  return model === undefined || tokens === undefined ? null : (tokens * model.prices.imageOutputPerMTok) / 1_000_000
}

function choicesOf(known: readonly (readonly string[])[], possible: readonly string[] | undefined): Choice[] {
  return [...new Set(known.flat())].map((value) => ({ value, label: value, possible: possible?.includes(value) ?? true }))
}

/** `512` is in pixels, the others in thousands of them. */
function sizeRank(size: string): number {
  return size.endsWith('K') ? Number.parseInt(size, 10) * 1024 : Number.parseInt(size, 10)
}
