/**
 * The same pieces, the next one being made while the last is taken: the disk and the database work while the network does.
 * The first is made before this returns, so that what fails at once fails here.
 */
export async function readAhead<Piece>(pieces: AsyncGenerator<Piece>): Promise<AsyncGenerator<Piece>> {
  const first = await pieces.next()
  return (async function* () {
    let next = Promise.resolve(first)
    try {
      for (let made = await next; !made.done; made = await next) {
        next = pieces.next()
        // Its failure is met when the piece is asked for, which a reader that leaves never does.
        next.catch(() => undefined)
        yield made.value
      }
    } finally {
      await next.catch(() => undefined)
      await pieces.return(undefined)
    }
  })()
}
