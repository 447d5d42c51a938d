/** Icons, drawn on a grid of 20 by 20. They say nothing to a screen reader: what they stand in is labelled. */

const SHAPES = {
  plus: 'M10 4v12M4 10h12',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  picture: 'M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3.5M13 7.7v.1',
  undo: 'M7.5 5 4 8.5 7.5 12M4.5 8.5h7a4 4 0 0 1 0 8H9',
  redo: 'M12.5 5 16 8.5 12.5 12M15.5 8.5h-7a4 4 0 0 0 0 8H11',
  again: 'M15.5 10a5.5 5.5 0 1 1-1.7-4M15.5 3.5V7H12',
  compare: 'M10 3v14M4 6h3.5v8H4zM12.5 6H16v8h-3.5',
  download: 'M10 4v8.5M6.5 9.5 10 13l3.5-3.5M4.5 16h11',
  copy: 'M7 7V4h9v9h-3M4 7h9v9H4z',
  tree: 'M6 7v6M6 10h5a3 3 0 0 0 3-3M6 3.5a1.75 1.75 0 1 0 .1 0M14 3.5a1.75 1.75 0 1 0 .1 0M6 13a1.75 1.75 0 1 0 .1 0',
  menu: 'M4 6h12M4 10h12M4 14h12',
  more: 'M5 10h.1M10 10h.1M15 10h.1',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  pencil: 'M5 15l.6-3L13 4.6 15.4 7 8 14.4z',
  theme: 'M10 4a6 6 0 1 0 0 12zM10 4a6 6 0 0 1 0 12',
  check: 'M4.5 10.5 8.5 14.5 15.5 6',
  chart: 'M4 4v12h12M7.5 13V9.5M11 13V6.5M14.5 13v-5',
  warning: 'M10 4 17 16H3zM10 8.5v3.5M10 14v.1',
  blocked: 'M10 3.5a6.5 6.5 0 1 0 .1 0M5.5 14.5l9-9',
} as const

export type IconName = keyof typeof SHAPES

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  )
}

interface IconButtonProps {
  icon: IconName
  label: string
  onClick: () => void
  disabled?: boolean
  pressed?: boolean
  class?: string
}

/** A button that shows its icon alone; its label is its name and its tooltip. */
export function IconButton({ icon, label, onClick, disabled = false, pressed, class: className = '' }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${className}`}
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
    >
      <Icon name={icon} />
    </button>
  )
}
