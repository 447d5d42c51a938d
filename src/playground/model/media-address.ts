/** Where pictures are loaded from. */

/**
 * The address within this page's own origin. Signatures cover path and query alone, and behind a proxy the service may know
 * itself by another name than the one this page was loaded from.
 */
export function localAddress(url: string): string {
  const { pathname, search } = new URL(url, 'http://page')
  return pathname + search
}
