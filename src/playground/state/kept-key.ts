/** The key somebody gave, as this browser keeps it for all pages of the service. */

const NAME = 'pentimento.key'

export function keptKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? undefined
}

/** `forGood`: also after the browser was closed. */
export function keepKey(key: string, forGood: boolean): void {
  const storage = forGood ? localStorage : sessionStorage
  storage.setItem(NAME, key)
}

export function dropKey(): void {
  for (const storage of [localStorage, sessionStorage]) storage.removeItem(NAME)
}
