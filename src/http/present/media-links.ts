/** Addresses of media as callers get them: absolute, signed, and loadable without a key. */
import type { MediaUrls } from '../../domain/ports.ts'
import type { HttpContext } from '../env.ts'
import type { HttpConfig } from '../http-config.ts'

/** Names the owner in a signed address: whoever holds it has no key that would. */
export const TENANT_PARAMETER = 'tenant'

export interface MediaLinks {
  content(tenantId: string, mediaId: string): Promise<string>
  thumbnail(tenantId: string, mediaId: string): Promise<string>
}

/** Links that start with PUBLIC_URL, or with the origin this request was made to. */
export function mediaLinks(c: HttpContext, { config, mediaUrls }: { config: HttpConfig; mediaUrls: MediaUrls }): MediaLinks {
  return linksFrom(config.publicUrl ?? new URL(c.req.url).origin, mediaUrls)
}

/** Links that start with `origin`. */
export function linksFrom(origin: string, mediaUrls: MediaUrls): MediaLinks {
  const link = async (tenantId: string, path: string) => {
    const owner = new URLSearchParams({ [TENANT_PARAMETER]: tenantId })
    return `${origin.replace(/\/$/, '')}${await mediaUrls.sign(`${path}?${owner}`)}`
  }
  return {
    content: (tenantId, mediaId) => link(tenantId, `/v1/media/${mediaId}/content`),
    thumbnail: (tenantId, mediaId) => link(tenantId, `/v1/media/${mediaId}/thumbnail`),
  }
}
