import {
  AUTO,
  type Choice,
  firstModel,
  modelChoices,
  priceOf,
  ratioChoices,
  type Settings,
  STRATEGIES,
  sizeChoices,
} from '../model/choices.ts'
import { formatUsd } from '../model/figures.ts'
import { modelName } from '../model/words.ts'
import { changeSettings } from '../state/edits.ts'
import { useAct, useAppState } from './desk.ts'

/** Model, ratio and size of the next picture; what the model asked first cannot do is shown, but not to be had. */
export function Pickers() {
  const { models, settings, conversation } = useAppState()
  const act = useAct()
  const first = firstModel(models, settings, conversation?.session ?? null)
  const price = priceOf(first, settings)
  const choose = (change: Partial<Settings>) => act((desk) => changeSettings(desk, { ...settings, ...change }))
  const why = first === undefined ? '' : ` – not with ${modelName(first.id)}`
  return (
    <div class="pickers">
      <select class="picker" aria-label="Model" value={settings.model} onChange={(event) => choose({ model: event.currentTarget.value })}>
        <optgroup label="By aim, with fallbacks">
          {Object.entries(STRATEGIES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </optgroup>
        <optgroup label="One model alone">
          <Options choices={modelChoices(models)} chosen={settings.model} why="" />
        </optgroup>
      </select>
      <select
        class="picker"
        aria-label="Aspect ratio"
        value={settings.aspectRatio}
        onChange={(event) => choose({ aspectRatio: event.currentTarget.value })}
      >
        <option value={AUTO}>Any ratio</option>
        <Options choices={ratioChoices(models, first)} chosen={settings.aspectRatio} why={why} />
      </select>
      <select class="picker" aria-label="Size" value={settings.size} onChange={(event) => choose({ size: event.currentTarget.value })}>
        <option value={AUTO}>Any size</option>
        <Options choices={sizeChoices(models, first)} chosen={settings.size} why={why} />
      </select>
      {price !== null && <span class="price">about {formatUsd(price)}</span>}
    </div>
  )
}

/** What is chosen already stays to be seen, also where it is no longer possible. */
function Options({ choices, chosen, why }: { choices: readonly Choice[]; chosen: string; why: string }) {
  return (
    <>
      {choices.map(({ value, label, possible }) => (
        <option key={value} value={value} disabled={!possible && value !== chosen}>
          {possible ? label : `${label}${why}`}
        </option>
      ))}
    </>
  )
}
