import { useState } from 'preact/hooks'
import { localAddress } from '../model/media-address.ts'

interface CompareProps {
  beforeUrl: string
  afterUrl: string
  alt: string
}

/** Two pictures one over the other, and a line between them to drag; with the keyboard the arrow keys move it. */
export function Compare({ beforeUrl, afterUrl, alt }: CompareProps) {
  const [percent, setPercent] = useState(50)
  return (
    <div class="compare" style={{ '--at': `${percent}%` }}>
      <img class="picture" src={localAddress(afterUrl)} alt={alt} />
      <img class="compare-before" src={localAddress(beforeUrl)} alt="Before this edit" />
      <span class="compare-tag compare-tag-before" aria-hidden="true">
        Before
      </span>
      <span class="compare-tag compare-tag-after" aria-hidden="true">
        After
      </span>
      <span class="compare-line" aria-hidden="true" />
      <input
        type="range"
        min="0"
        max="100"
        value={percent}
        aria-label="How much of the picture before is shown"
        aria-valuetext={`${percent} percent before`}
        onInput={(event) => setPercent(Number(event.currentTarget.value))}
      />
    </div>
  )
}
