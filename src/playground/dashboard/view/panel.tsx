import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface PanelProps {
  title: string
  /** What the figures are of. */
  note?: string
  class?: string
  children: ComponentChildren
}

/** A part of the page with a heading. */
export function Panel({ title, note, class: className = '', children }: PanelProps) {
  const id = useId()
  return (
    <section class={`panel ${className}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p class="panel-note">{note}</p>}
      </div>
      {children}
    </section>
  )
}
