/** Light or dark: the system's choice, unless someone made their own. */

const NAME = 'pentimento.theme'

export function applyTheme(): void {
  document.documentElement.style.colorScheme = localStorage.getItem(NAME) ?? ''
}

export function isDark(): boolean {
  const chosen = localStorage.getItem(NAME)
  return chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
}

/** From what is shown now to the other one. */
export function toggleTheme(): void {
  localStorage.setItem(NAME, isDark() ? 'light' : 'dark')
  applyTheme()
}
