/** Thread that decodes one HEIC or HEIF and ends: 12 megapixels take a second or more, and what they held goes with it. */
import { parentPort, workerData } from 'node:worker_threads'
import createLibheif, { type LibheifError, type LibheifPlane } from 'libheif-js/libheif-wasm/libheif-bundle.mjs'

/** Posted back. `pixels` are RGBA, eight bits each, row after row. */
export type HeicAnswer = { width: number; height: number; pixels: Uint8Array<ArrayBuffer> } | { refusal: string }

const answer = await decode(workerData)
parentPort?.postMessage(answer, 'pixels' in answer ? [answer.pixels.buffer] : [])

async function decode(file: Uint8Array): Promise<HeicAnswer> {
  const libheif = await createLibheif({ print: () => {}, printErr: () => {} })
  const context = libheif.heif_context_alloc()
  const read = libheif.heif_context_read_from_memory(context, file)
  if (read.code.value !== 0) return { refusal: read.message }
  const handle = libheif.heif_js_context_get_primary_image_handle(context)
  if (isError(handle)) return { refusal: handle.message }
  const { heif_colorspace_RGB } = libheif.heif_colorspace
  const { heif_chroma_interleaved_RGBA } = libheif.heif_chroma
  const decoded = libheif.heif_js_decode_image2(handle, heif_colorspace_RGB, heif_chroma_interleaved_RGBA)
  if (isError(decoded)) return { refusal: decoded.message }
  const [plane] = decoded.channels
  return plane === undefined ? { refusal: 'no pixels' } : { width: plane.width, height: plane.height, pixels: withoutPadding(plane) }
}

function isError(answer: object): answer is LibheifError {
  return 'code' in answer
}

function withoutPadding({ width, height, stride, data }: LibheifPlane): Uint8Array<ArrayBuffer> {
  const rowBytes = width * 4
  const pixels = new Uint8Array(height * rowBytes)
  for (let row = 0; row < height; row++) pixels.set(data.subarray(row * stride, row * stride + rowBytes), row * rowBytes)
  return pixels
}
