/** Errors that say the database could not be reached or went away, and so nothing of the statement itself. */
const CODES = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT', 'CONNECTION_SILENT'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['57P01', '57P02', '57P03', '08000', '08003', '08006', '53300'],
])

/** Drizzle wraps the driver's error; the code is that of the innermost. */
export function isConnectionError(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (!('code' in inner)) continue
    // A socket that is not there: the server is down. Of other files it says nothing.
    if (inner.code === 'ENOENT' && 'syscall' in inner && inner.syscall === 'connect') return true
    if (CODES.has(String(inner.code))) return true
  }
  return false
}
