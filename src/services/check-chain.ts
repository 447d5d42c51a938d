/** Refuses, before anything is stored, what no model asked could ever do. */
import { findModel, type ModelEntry } from '../domain/catalogue.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import { type FieldError, RequestError } from '../domain/problem.ts'
import type { Degradable, SessionSettings, Strategy } from '../domain/session.ts'
import type { TurnRequest } from '../domain/turn.ts'
import { narrowPolicy, turnPolicy } from '../engine/policy.ts'
import type { Installation } from './context.ts'
import type { NewInputPart } from './resolve-media.ts'

/** What the models of a turn are asked for: its own wish, else its session's. */
export interface Asked {
  models: readonly string[] | null
  strategy: Strategy
  image: ImageSettings
  /** Pictures of the turn itself; those of its history give way by themselves. */
  pictures: number
  allowDegraded: readonly Degradable[]
}

type Wishes = Pick<TurnRequest, 'models' | 'strategy' | 'image' | 'window' | 'policy'> & { parts: readonly NewInputPart[] }

/** Of a session that asks for nothing in particular yet. */
const NO_WISHES: Wishes = { models: null, strategy: null, image: {}, window: null, policy: {}, parts: [] }

export function askedOf({ policies }: Pick<Installation, 'policies'>, session: SessionSettings, wishes = NO_WISHES): Asked {
  const strategy = wishes.strategy ?? session.strategy
  return {
    models: wishes.models ?? (wishes.strategy === null ? session.models : null),
    strategy,
    image: { ...session.image, ...wishes.image },
    pictures: wishes.parts.filter(({ type }) => type === 'image').length,
    allowDegraded: narrowPolicy(turnPolicy(policies, wishes.window, strategy), session.policy, wishes.policy).allowDegraded,
  }
}

/**
 * @throws RequestError `invalid_request` for a model nobody knows, or a size, ratio or number of pictures that is beyond every model
 * of the chain and may not be degraded. What only some of them can do is left to the engine, which skips or degrades them.
 */
export function checkChain({ catalogue }: Pick<Installation, 'catalogue'>, asked: Asked): void {
  const names = asked.models ?? catalogue.chains[asked.strategy]
  const found = names.map((name) => findModel(catalogue, name))
  const models = found.filter((model) => model !== null)
  const unknown = names.flatMap((name, index) =>
    found[index] === null ? { path: `models.${index}`, message: `no model of the catalogue is called ${name}; see GET /v1/models` } : [],
  )
  const errors = unknown.length > 0 ? unknown : beyondAll(models, names.join(', '), asked)
  if (errors.length > 0) throw new RequestError('invalid_request', 'The models asked for cannot do this.', { errors })
}

function beyondAll(models: readonly ModelEntry[], names: string, { image, pictures, allowDegraded }: Asked): FieldError[] {
  const { size, aspectRatio } = image
  const picturesMax = Math.max(...models.map(({ referenceImagesMax }) => referenceImagesMax))
  const makes = `none of ${names} makes`
  const wanted: (FieldError & { degraded: Degradable; isMet: boolean })[] = [
    {
      degraded: 'size',
      path: 'image.size',
      message: `${makes} ${size}`,
      isMet: size === undefined || models.some((model) => model.sizes.includes(size)),
    },
    {
      degraded: 'aspectRatio',
      path: 'image.aspectRatio',
      message: `${makes} ${aspectRatio}`,
      isMet: aspectRatio === undefined || models.some((model) => model.aspectRatios.includes(aspectRatio)),
    },
    {
      degraded: 'references',
      path: 'parts',
      message: `${pictures} pictures, and none of ${names} takes more than ${picturesMax}`,
      isMet: pictures <= picturesMax,
    },
  ]
  return wanted.filter(({ degraded, isMet }) => !isMet && !allowDegraded.includes(degraded)).map(({ path, message }) => ({ path, message }))
}
