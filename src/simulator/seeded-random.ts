import { createHash } from 'node:crypto'

/** Chance by name: the same seed and labels always give the same value, whatever else was drawn and in which order. */
export type SeededRandom = {
  /** In [0, 1). */
  unit(...labels: (string | number)[]): number
  /** A whole number in [min, max]. */
  between(range: { min: number; max: number }, ...labels: (string | number)[]): number
  /** `length` characters of lower-case letters and digits. */
  word(length: number, ...labels: (string | number)[]): string
  /** `length` bytes, at most 32. */
  bytes(length: number, ...labels: (string | number)[]): Buffer
}

export function createSeededRandom(seed: string): SeededRandom {
  const digest = (labels: (string | number)[]) =>
    createHash('sha256')
      .update(JSON.stringify([seed, ...labels]))
      .digest()
  const unit = (...labels: (string | number)[]) => digest(labels).readUIntBE(0, 6) / 2 ** 48
  return {
    unit,
    between: ({ min, max }, ...labels) => min + Math.floor(unit(...labels) * (max - min + 1)),
    word: (length, ...labels) => [...digest(labels).subarray(0, length)].map((byte) => (byte % 36).toString(36)).join(''),
    bytes: (length, ...labels) => digest(labels).subarray(0, length),
  }
}
