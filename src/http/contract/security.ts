/** How callers show who they are, as the OpenAPI document names it. */

export const KEY_SCHEME = 'key'
export const TOKEN_SCHEME = 'sessionToken'
export const QUERY_TOKEN_SCHEME = 'sessionTokenInQuery'

export const SECURITY_SCHEMES = {
  [KEY_SCHEME]: { type: 'http', scheme: 'bearer', description: 'A key of a tenant' },
  [TOKEN_SCHEME]: { type: 'http', scheme: 'bearer', description: 'A token of one session, for browsers' },
  [QUERY_TOKEN_SCHEME]: { type: 'apiKey', in: 'query', name: 'token', description: 'The same, for EventSource; GET alone' },
} as const
