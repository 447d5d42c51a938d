/** What is used of libheif-js 1.23.2. The types it ships stand beside another of its builds and name half of this. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  export interface LibheifError {
    /** 0: none. */
    code: { value: number }
    message: string
  }

  /** Pixels of one plane; rows are `stride` bytes apart. */
  export interface LibheifPlane {
    width: number
    height: number
    stride: number
    data: Uint8Array
  }

  export interface Libheif {
    heif_colorspace: { heif_colorspace_RGB: object }
    heif_chroma: { heif_chroma_interleaved_RGBA: object }
    heif_context_alloc(): object
    heif_context_read_from_memory(context: object, file: Uint8Array): LibheifError
    heif_js_context_get_primary_image_handle(context: object): object | LibheifError
    heif_js_decode_image2(handle: object, colorspace: object, chroma: object): { channels: LibheifPlane[] } | LibheifError
  }

  export default function createLibheif(options: { print(line: string): void; printErr(line: string): void }): Promise<Libheif>
}
