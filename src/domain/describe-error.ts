/**
 * What may be logged of an error nobody foresaw. Database errors repeat statements and their values, prompts among them, so of
 * those only the kind, the code and the constraint are told.
 */
export function describeError(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  if (!(inner instanceof Error)) return 'a value that is no error was thrown'
  const { name, message, code, constraint_name: constraint } = inner as Error & { code?: unknown; constraint_name?: unknown }
  if (code !== undefined) return [name, code, constraint].filter((word) => word !== undefined).join(' ')
  return `${name}: ${message}`.slice(0, 200)
}
