/**
 * Ends the process by `close` when it is told to stop. Told again meanwhile, it goes on with that: Ctrl-C under `npm run dev` comes from
 * the terminal and from the watcher, and the second must not end at once what the first has begun to.
 */
export function whenToldToStop(close: () => Promise<void>): void {
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
