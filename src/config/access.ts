/** Who may come in: static keys, and where the service may listen without any. */
import { z } from 'zod'
import { list, origin } from './read-values.ts'

export interface StaticKey {
  tenantId: string
  key: string
}

export const secret = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters, without blanks')

/** `tenant:key` pairs; a tenant may have several keys, a key belongs to one tenant. Pairs are named by their number. */
export const apiKeys = list.transform((pairs, ctx): StaticKey[] => {
  const refuse = (index: number, message: string) => ctx.addIssue({ code: 'custom', message: `pair ${index + 1} ${message}` })
  const keys = pairs.flatMap((pair, index): StaticKey[] => {
    const [, tenantId, key] = /^([\w.-]{1,64}):([\x21-\x7e]+)$/.exec(pair) ?? []
    if (tenantId !== undefined && key !== undefined) return [{ tenantId, key }]
    refuse(index, 'must be tenant:key, the tenant of at most 64 letters, digits, dots, hyphens and underscores')
    return []
  })
  for (const [index, { key }] of keys.entries()) {
    if (keys.findIndex((other) => other.key === key) < index) refuse(index, 'has the key of another pair')
  }
  return keys
})

/** Origins whose pages may call from a browser; `*` lets all of them, which then need a key like anyone else. */
export const corsOrigins = list.transform((given, ctx): string[] =>
  given.map((text, index) => {
    if (text === '*') return text
    const parsed = origin.safeParse(text)
    if (parsed.success) return parsed.data
    for (const { message } of parsed.error.issues) ctx.addIssue({ code: 'custom', path: [index], message })
    return z.NEVER
  }),
)

/** Hosts that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/i.test(host)
}
