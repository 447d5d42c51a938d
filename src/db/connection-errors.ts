/** Errors that say the database could not be reached or went away, and so nothing of the statement itself. */
const CODES = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'],
  ...['57P01', '57P02', '57P03', '08000', '08003', '08006', '53300'],
])

/** Drizzle wraps the driver's error; the code is that of the innermost. */
export function isConnectionError(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && CODES.has(String(inner.code))) return true
  }
  return false
}
