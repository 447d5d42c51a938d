/** The playground as a person handles it: by what it says, not by how it is built. */
import type { Locator, Page } from 'playwright-core'
import { photo } from '../../e2e/running-service.ts'

export class PlaygroundPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get field(): Locator {
    return this.page.getByLabel('What to do')
  }

  /** The edits shown, from the top. */
  get edits(): Locator {
    return this.page.getByRole('article')
  }

  /** The tree's nodes. */
  get nodes(): Locator {
    return this.page.getByRole('treeitem')
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  async ask(prompt: string): Promise<void> {
    await this.field.fill(prompt)
    await this.field.press('Enter')
  }

  /** Waits until the edit with this prompt, the newest of that name shown, has a picture. */
  async picture(prompt: string): Promise<Locator> {
    const edit = this.edit(prompt)
    await edit.getByRole('toolbar').waitFor()
    return edit.getByRole('img', { name: prompt })
  }

  edit(prompt: string): Locator {
    return this.page.getByRole('article', { name: `Edit: ${prompt}`, exact: true })
  }

  says(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor()
  }

  /** Drops a photo onto the page, as from the desktop. */
  dropPhoto(): Promise<void> {
    return this.#givePhoto('drop')
  }

  /** Pastes a photo, as after copying it elsewhere. */
  pastePhoto(): Promise<void> {
    return this.#givePhoto('paste')
  }

  async #givePhoto(how: 'drop' | 'paste'): Promise<void> {
    const base64 = (await photo(640, 480)).toString('base64')
    await this.page.evaluate(
      ({ data, how }) => {
        const transfer = new DataTransfer()
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
        transfer.items.add(new File([bytes], 'house.jpg', { type: 'image/jpeg' }))
        const usual = { bubbles: true, cancelable: true }
        const event =
          how === 'drop'
            ? new DragEvent('drop', { dataTransfer: transfer, ...usual })
            : new ClipboardEvent('paste', { clipboardData: transfer, ...usual })
        document.body.dispatchEvent(event)
      },
      { data: base64, how },
    )
  }
}
