import type { ComponentChildren } from 'preact'

/** What may be wider or longer than its place; the arrow keys move it too. */
export function ScrollArea({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus nobody could scroll it with the keyboard
    <section class="scroll-area" tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
