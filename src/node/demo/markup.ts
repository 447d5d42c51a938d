/** HTML by template, with everything put in escaped unless it is markup itself. */

export interface Markup {
  readonly html: string
}

type Content = string | number | Markup | readonly Markup[] | null

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** ``html`<p>${anything}</p>` ``. Attributes must be quoted; null shows as nothing. */
export function html(literals: TemplateStringsArray, ...contents: Content[]): Markup {
  return { html: literals.reduce((before, literal, index) => before + render(contents[index - 1] ?? null) + literal) }
}

function render(content: Content): string {
  if (content === null) return ''
  if (typeof content === 'object') return 'html' in content ? content.html : content.map(({ html }) => html).join('')
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
