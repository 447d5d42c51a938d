/** Light or dark: the system's choice, unless someone made their own. */

const NAME = 'pentimento.theme'

export function applyTheme(): void {
  document.documentElement.style.colorScheme = localStorage.getItem(NAME) ?? ''
}

/** From what is shown now to the other one. */
export function toggleTheme(): void {
  const chosen = localStorage.getItem(NAME)
  const dark = chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
  localStorage.setItem(NAME, dark ? 'light' : 'dark')
  applyTheme()
}
