/** Parts of a conversation: what a user put in, and what a model answered, kept exactly as it came. */

/** An image held in the blob store. `sha256` is lower-case hex. */
export interface ImageBlob {
  sha256: string
  bytes: number
  mimeType: string
}

/** A user's part, in order. Image bytes live in the blob store; `mediaId` is the tenant's name for them. */
export type InputPart = { type: 'text'; text: string } | ({ type: 'image'; mediaId: string } & ImageBlob)

/**
 * Where a value was taken out of `raw`: the empty string literal `""` that stands there now, by the index of its
 * second quote (UTF-16 units). Putting the characters back at `at` restores what was received.
 */
export type Hole =
  | { at: number; holds: 'image'; sha256: string; bytes: number; alphabet: 'base64' | 'base64url'; padded: boolean }
  | { at: number; holds: 'signature'; sha256: string; bytes: number }

/** Who minted a part, and so who may have it back exactly: canonical model id and API family; keys and projects do not matter. */
export interface MintedBy {
  api: string
  model: string
}

/** A model's part as it arrived: `raw` is the JSON text received, with image bytes and signature characters taken out. */
export interface ReceivedPart {
  raw: string
  /** In ascending order of `at`. */
  holes: readonly Hole[]
  thought: boolean
  /** The decoded text of a text part, else null. */
  text: string | null
  /** The image of an image part: type sniffed from its bytes, not believed. */
  image: (ImageBlob & { width: number | null; height: number | null }) | null
  signed: boolean
}

/** A received part with its place in the turn and its minter. */
export interface ModelPart extends ReceivedPart {
  mediaId: string | null
  attempt: number
  mintedBy: MintedBy
}
