import type { Model } from '../models.ts'
import { invalidArgument } from '../wire/api-error.ts'
import { PART_DATA_FIELDS } from '../wire/api-schema.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { GenerateRequest, RequestContent } from '../wire/generate-request.ts'

/** What a request must look like before anybody asks who minted its signatures. @throws ApiError 400 (wire-facts §1.2) */
export function checkRequest(request: GenerateRequest, model: Model): void {
  checkContents(request.contents)
  for (const check of CONFIG_CHECKS) {
    const complaint = check(request.generationConfig, model)
    if (complaint) throw invalidArgument(complaint)
  }
}

function checkContents(contents: RequestContent[]): void {
  if (contents.length === 0) throw invalidArgument('* GenerateContentRequest.contents: contents is not specified\n')
  for (const [contentIndex, { role, parts }] of contents.entries()) {
    const place = `GenerateContentRequest.contents[${contentIndex}]`
    if (!['user', 'model', 'function', ''].includes(role)) throw invalidArgument('Please use a valid role: user, model.')
    if (parts.length === 0) throw invalidArgument(`* ${place}.parts: contents.parts must not be empty.\n`)
    for (const [partIndex, part] of parts.entries()) {
      const set = PART_DATA_FIELDS.filter((field) => part[field] !== undefined)
      const where = `contents[${contentIndex}].parts[${partIndex}]`
      if (set.length === 0)
        throw invalidArgument(`* ${place}.parts[${partIndex}].data: required oneof field 'data' must have one initialized field\n`)
      if (set.length > 1)
        throw invalidArgument(`Invalid value at '${where}' (oneof), oneof field 'data' is already set. Cannot set '${set[1]}'`)
    }
  }
}

type Config = GenerateRequest['generationConfig']
type ConfigCheck = (config: Config, model: Model) => string | undefined

/** Each returns its complaint. Texts without a record behind them are our own words. */
const CONFIG_CHECKS: readonly ConfigCheck[] = [
  ({ candidateCount }) => (candidateCount > 1 ? 'Multiple candidates is not enabled for this model' : undefined),
  ({ responseModalities }) => (responseModalities.includes('AUDIO') ? catalogueError('invalid_argument').message : undefined),
  checkImageSize,
  ({ imageConfig: { aspectRatio } }, { aspectRatios }) =>
    aspectRatio !== undefined && !aspectRatios.includes(aspectRatio)
      ? `aspect_ratio must be one of ${aspectRatios.map((ratio) => `'${ratio}'`).join(', ')}`
      : undefined,
  checkThinking,
]

function checkImageSize({ imageConfig: { imageSize } }: Config, model: Model): string | undefined {
  if (imageSize === undefined) return undefined
  if (!model.takesImageSize) return `image_size is not supported for models/${model.id}`
  const sizes = Object.keys(model.imageTokens)
  return sizes.includes(imageSize) ? undefined : `image_size must be one of ${sizes.map((size) => `'${size}'`).join(', ')}`
}

function checkThinking({ thinkingConfig }: Config, model: Model): string | undefined {
  if (!thinkingConfig) return undefined
  if (!model.thinkingLevels) return `Thinking is not enabled for models/${model.id}`
  const { thinkingLevel, thinkingBudget } = thinkingConfig
  if (thinkingBudget === 0) return 'Budget 0 is invalid. This model only works in thinking mode.'
  if (thinkingLevel === undefined || model.thinkingLevels.includes(thinkingLevel)) return undefined
  return `Thinking level ${thinkingLevel} is not supported for this model. Please retry with other thinking level.`
}
