/** What a bundle may be, so that reading one takes bounded memory and time. Exceeding any of these refuses the bundle whole. */
const MIB = 1024 * 1024

export const BUNDLE_LIMITS = Object.freeze({
  /** Of the body sent: a zip, or JSON with everything inside. */
  bytesMax: 4096 * MIB,
  /** Of the JSON without the images and signatures in it. */
  jsonBytesMax: 48 * MIB,
  jsonDepthMax: 64,
  jsonValuesMax: 2_000_000,
  turnsMax: 10_000,
  /** A turn's input, and an answer. */
  inputPartsMax: 32,
  answerPartsMax: 2_000,
  attemptsMax: 1_000,
  /** Files in the zip besides `bundle.json` and `manifest.json`. */
  filesMax: 40_000,
  manifestBytesMax: 16 * MIB,
  signatureBytesMax: 16 * MIB,
  /** A compressed file may unpack to this many times its size, beyond the first megabyte. */
  inflationMax: 100,
})
