/** Errors, to whom they concern. */
import { ConnectionLostError, PentimentoError, UnauthorizedError } from '../../client/index.ts'
import type { Desk } from './app-state.ts'

/** Runs an action of the user's; what goes wrong is shown, and a missing key asked for. True when it went well. */
export async function attempt({ store, access }: Desk, action: () => Promise<void>): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    if (error instanceof UnauthorizedError) {
      store.set({ access: 'needed', keyRefused: access.hasKey() })
      access.forgetKey()
    } else if (!isAbort(error)) store.set({ notice: { text: wordsFor(error), tone: 'error' } })
    return false
  }
}

/** For people: what happened, and what would help. */
export function wordsFor(error: unknown): string {
  if (error instanceof ConnectionLostError) return 'The service cannot be reached. Nothing was sent; try again.'
  if (!(error instanceof PentimentoError)) return 'Something went wrong in this page. Reload it and try again.'
  const fields = error.problem.errors?.map(({ path, message }) => `${path} ${message}`) ?? []
  return [error.message, ...fields].join(' ')
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
