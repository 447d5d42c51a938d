/** A body with status 200 that cannot be read as an answer: cut short, not JSON, wrong base64, or over a limit. */
export class UnreadableAnswer extends Error {
  override name = 'UnreadableAnswer'
}
