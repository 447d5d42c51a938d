import { useState } from 'preact/hooks'
import type { Turn } from '../../client/index.ts'
import { wordsOf } from '../model/answer-words.ts'
import { promptOf } from '../model/edit-tree.ts'
import { formatCount, formatUsd } from '../model/figures.ts'
import { localAddress } from '../model/media-address.ts'
import { modelName } from '../model/words.ts'
import { forkAt, goTo, regenerate, rephrase } from '../state/edits.ts'
import { Compare } from './compare.tsx'
import { useAct } from './desk.ts'
import { Icon, IconButton } from './icons.tsx'
import { durationOf, TurnDetails } from './ledger.tsx'

interface AnswerProps {
  turn: Turn
  /** Address of the picture this turn began with. */
  beforeUrl: string | null
  isHead: boolean
  busy: boolean
  onOpen: (sessionId: string) => void
}

/** What a turn answered: its words, its picture, and what can be done with it. */
export function Answer({ turn, beforeUrl, isHead, busy, onOpen }: AnswerProps) {
  const act = useAct()
  const [comparing, setComparing] = useState(false)
  const image = turn.output?.image ?? null
  return (
    <div class="answer">
      {wordsOf(turn).map((text) => (
        <p class="words" key={text}>
          {text}
        </p>
      ))}
      {image !== null && (
        <Picture
          image={image}
          alt={promptOf(turn)}
          beforeUrl={comparing ? beforeUrl : null}
          onContinue={isHead || busy ? null : () => act((desk) => goTo(desk, turn))}
        />
      )}
      <div class="answer-foot">
        <p class="figures">{figuresOf(turn)}</p>
        <div class="toolbar" role="toolbar" aria-label="This edit">
          {image !== null && beforeUrl !== null && (
            <IconButton icon="compare" label="Compare with before" pressed={comparing} onClick={() => setComparing(!comparing)} />
          )}
          <IconButton icon="again" label="Make it again" disabled={busy} onClick={() => act((desk) => regenerate(desk, turn))} />
          <IconButton icon="pencil" label="Rephrase" disabled={busy} onClick={() => act((desk) => rephrase(desk, turn))} />
          <IconButton icon="copy" label="New session from here" onClick={() => act(async (desk) => onOpen(await forkAt(desk, turn)))} />
          {image !== null && <SaveLink image={image} name={turn.id} />}
        </div>
      </div>
      <TurnDetails turn={turn} />
    </div>
  )
}

type Image = NonNullable<NonNullable<Turn['output']>['image']>

interface PictureProps {
  image: Image
  alt: string
  /** Shown beside it to compare; null: it stands alone. */
  beforeUrl: string | null
  /** Continues from this picture; null where that is what happens anyway. */
  onContinue: (() => void) | null
}

function Picture({ image, alt, beforeUrl, onContinue }: PictureProps) {
  if (beforeUrl !== null) return <Compare beforeUrl={beforeUrl} afterUrl={image.url} alt={alt} />
  const picture = <img class="picture" src={localAddress(image.url)} alt={alt} {...sizeOf(image)} />
  if (onContinue === null) return picture
  return (
    <button type="button" class="picture-button" onClick={onContinue} title="Continue from this picture">
      {picture}
      <span class="picture-hint">Continue from this picture</span>
    </button>
  )
}

/** Keeps its place on the page before it is loaded. */
function sizeOf({ width, height }: Image) {
  return width === null || height === null ? {} : { width, height }
}

function SaveLink({ image, name }: { image: Image; name: string }) {
  const file = `${name}.${image.mimeType.replace('image/', '')}`
  return (
    <a class="icon-button" href={localAddress(image.url)} download={file} title="Save the picture" aria-label="Save the picture">
      <Icon name="download" />
    </a>
  )
}

/** Who answered, how long it took and what it cost. */
function figuresOf(turn: Turn): string {
  const model = turn.model === null ? null : `${turn.fallback ? 'Switched to ' : ''}${modelName(turn.model)}`
  const attempts = turn.attempts.length > 1 ? formatCount(turn.attempts.length, 'attempt') : null
  return [model, durationOf(turn), formatUsd(turn.costUsd), attempts].filter((figure) => figure !== null).join(' · ')
}
