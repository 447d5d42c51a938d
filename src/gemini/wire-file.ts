/** The file resource (wire-facts §3.2). */
import { z } from 'zod'
import type { UpstreamFile } from '../domain/ports.ts'

/** Files live 48 h; where the upstream does not say until when, an hour less is assumed. */
const UNTOLD_LIFE_MS = 47 * 60 * 60 * 1000

const wireFile = z.object({
  name: z.string().regex(/^files\/[^/?#]+$/),
  uri: z.string().min(1),
  expirationTime: z.string().optional().catch(undefined),
  state: z.string().optional().catch(undefined),
})

/** Null for a body that is no file. Upload answers hold it as `{"file":{…}}`. An unknown state is taken for `active`. */
export function readWireFile(body: string, nowMs: number): UpstreamFile | null {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return null
  }
  const wrapped = z.object({ file: z.unknown() }).safeParse(json)
  const parsed = wireFile.safeParse(wrapped.success && wrapped.data.file ? wrapped.data.file : json)
  if (!parsed.success) return null
  const { name, uri, expirationTime, state } = parsed.data
  const expiresAtMs = Date.parse(expirationTime ?? '')
  return {
    name,
    uri,
    expiresAtMs: Number.isNaN(expiresAtMs) ? nowMs + UNTOLD_LIFE_MS : expiresAtMs,
    state: state === 'PROCESSING' ? 'processing' : state === 'FAILED' ? 'failed' : 'active',
  }
}
