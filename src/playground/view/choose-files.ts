/** Asks for files of these types (as an `accept` attribute names them). Nothing happens when none is chosen. */
export function chooseFiles(accept: string, onChosen: (files: File[]) => void): void {
  const input = Object.assign(document.createElement('input'), { type: 'file', accept, multiple: true })
  input.addEventListener('change', () => onChosen([...(input.files ?? [])]))
  input.click()
}
