/** Refuses, before anything is stored, what the first model asked could never do. */
import type { Catalogue } from '../domain/catalogue.ts'
import { findModel } from '../domain/catalogue.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import { type FieldError, RequestError } from '../domain/problem.ts'
import type { SessionSettings, Strategy } from '../domain/session.ts'
import type { TurnRequest } from '../domain/turn.ts'

/** What the models of a turn are asked for: its own wish, else its session's. */
export interface Asked {
  models: readonly string[] | null
  strategy: Strategy
  image: ImageSettings
}

export function askedOf(session: SessionSettings, request: Pick<TurnRequest, 'models' | 'strategy' | 'image'>): Asked {
  return {
    models: request.models ?? (request.strategy === null ? session.models : null),
    strategy: request.strategy ?? session.strategy,
    image: { ...session.image, ...request.image },
  }
}

/**
 * @throws RequestError `invalid_request` for a model nobody knows, or a size or ratio that no model of the chain can make.
 * What only some of them can make is left to the engine, which skips or degrades them.
 */
export function checkChain(catalogue: Catalogue, asked: Asked): void {
  const names = asked.models ?? catalogue.chains[asked.strategy]
  const errors: FieldError[] = []
  const models = names.flatMap((name, index) => {
    const model = findModel(catalogue, name)
    if (model === null) errors.push({ path: `models.${index}`, message: `no model of the catalogue is called ${name}; see GET /v1/models` })
    return model ?? []
  })
  const { size, aspectRatio } = asked.image
  if (errors.length === 0 && size !== undefined && !models.some((model) => model.sizes.includes(size))) {
    errors.push({ path: 'image.size', message: `none of ${names.join(', ')} makes ${size}` })
  }
  if (errors.length === 0 && aspectRatio !== undefined && !models.some((model) => model.aspectRatios.includes(aspectRatio))) {
    errors.push({ path: 'image.aspectRatio', message: `none of ${names.join(', ')} makes ${aspectRatio}` })
  }
  if (errors.length > 0) throw new RequestError('invalid_request', 'The models asked for cannot do this.', { errors })
}
