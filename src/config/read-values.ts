/** How the text of a variable is read. What is said of a bad value never repeats it: it may hold a secret. */
import { z } from 'zod'

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z.string().regex(/^\d+$/, message).transform(Number).pipe(z.number().min(min, message).max(max, message))
}

/** Items joined by commas, blanks around them and empty ones left out. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** The root of an HTTP service, without the slashes at its end. */
export const httpRoot = z.string().transform((text, ctx): string => {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash)
    return url.origin + url.pathname.replace(/\/+$/, '')
  ctx.addIssue({ code: 'custom', message: 'must be a URL that begins with http:// or https://, without user, query and fragment' })
  return z.NEVER
})

/** Scheme, host and port. */
export const origin = httpRoot.refine((root) => URL.parse(root)?.origin === root, 'must be scheme, host and port alone, without a path')

/** Reads a file whole, as text; throws when it cannot. */
export type ReadFile = (path: string) => string

/** JSON, or `@path` of a file that holds it. Where it breaks off is told by position: the text itself may hold keys. */
export function jsonOrFile(readFile: ReadFile | null) {
  return z.string().transform((text, ctx): unknown => {
    const refuse = (message: string) => {
      ctx.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (!text.startsWith('@')) return parseJson(text, refuse)
    if (readFile === null) return refuse('files cannot be read here: give the JSON itself')
    try {
      return parseJson(readFile(text.slice(1)), refuse)
    } catch (error) {
      return refuse(`cannot be read: ${error instanceof Error ? error.message : 'no reason given'}`)
    }
  })
}

function parseJson(text: string, refuse: (message: string) => unknown): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? []
    return refuse(position === undefined ? 'is not valid JSON' : `is not valid JSON (at character ${Number(position) + 1})`)
  }
}
