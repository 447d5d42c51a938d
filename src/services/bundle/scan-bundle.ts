/** Reads the JSON of a bundle from a stream: what is large goes into storage at once, the rest becomes a value. */
import { Base64Decoder } from '../../domain/bundle/base64.ts'
import { BundleScanner, type LargeValue } from '../../domain/bundle/bundle-scanner.ts'
import { AsciiUnescaper } from '../../domain/bundle/json-text.ts'
import type { ServiceContext } from '../context.ts'
import { refuse, refusingRange } from './refuse-bundle.ts'
import { type ContentWriter, openContent, type Stored } from './store-content.ts'

export interface ScannedBundle {
  json: unknown
  /** What was set aside, by its place: `media.3.data`, `signatures.0.characters`. */
  setAside: ReadonlyMap<string, Stored>
}

interface OpenValue {
  path: string
  writer: ContentWriter
  unescaper: AsciiUnescaper
  decoder: Base64Decoder | null
}

/** Throws `invalid_request` for what is no JSON, is beyond the limits, or holds an image or a signature that cannot be one. */
export async function scanBundle(ctx: ServiceContext, bytes: AsyncIterable<Uint8Array>, path: string): Promise<ScannedBundle> {
  const scanner = new BundleScanner()
  const setAside = new Map<string, Stored>()
  let open: OpenValue | null = null
  try {
    for await (const chunk of bytes) {
      for (const event of await refusingRange(path, async () => [...scanner.scan(chunk)])) {
        if (event.kind === 'begin') open = await begin(ctx, event.value, setAside)
        else if (open === null) throw new Error('the scanner told of a value that had not begun')
        else if (event.kind === 'characters') await take(open, event.bytes)
        else {
          setAside.set(open.path, await end(open))
          open = null
        }
      }
    }
    return { json: await refusingRange(path, async () => scanner.finish()), setAside }
  } catch (error) {
    await open?.writer.abort()
    throw error
  }
}

async function begin(ctx: ServiceContext, { list, index }: LargeValue, setAside: ReadonlyMap<string, Stored>): Promise<OpenValue> {
  const isImage = list === 'media'
  const path = `${list}.${index}.${isImage ? 'data' : 'characters'}`
  if (setAside.has(path)) throw refuse(path, 'is given twice')
  const writer = await openContent(ctx, isImage ? 'image' : 'signature')
  return { path, writer, unescaper: new AsciiUnescaper(), decoder: isImage ? new Base64Decoder() : null }
}

function take({ path, writer, unescaper, decoder }: OpenValue, characters: Uint8Array): Promise<void> {
  return refusingRange(path, async () => {
    const plain = unescaper.push(characters)
    await writer.write(decoder === null ? plain : decoder.push(plain))
  })
}

function end({ path, writer, unescaper, decoder }: OpenValue): Promise<Stored> {
  return refusingRange(path, async () => {
    unescaper.finish()
    decoder?.finish()
    return writer.commit()
  })
}
