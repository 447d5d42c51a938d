/** A turn as multipart/form-data: `prompt`, `image` as often as wanted, `options` (api.md, Turns). */
import type { z } from '@hono/zod-openapi'
import type { NewInputPart } from '../../services/resolve-media.ts'
import { PromptText, TEXT_BYTES_MAX } from '../contract/part.ts'
import { PARTS_MAX, TurnOptions } from '../contract/turn.ts'
import { invalidRequest, namingField, parseWith } from './field-errors.ts'
import { type FormPart, readField, readForm } from './multipart.ts'
import { parseJson } from './read-json.ts'
import type { StoreImage } from './upload.ts'

const OPTIONS_BYTES_MAX = 1024 * 1024

export interface TurnFormRead {
  options: z.output<typeof TurnOptions>
  /** In the order of the form. */
  parts: NewInputPart[]
}

/** Reads the form, storing images as they arrive. Throws `invalid_request` that names the field at fault. */
export async function readTurnForm(body: AsyncIterable<Uint8Array>, boundary: string, store: StoreImage): Promise<TurnFormRead> {
  const parts: NewInputPart[] = []
  let options: TurnFormRead['options'] | undefined
  const seen = new Set<string>()
  for await (const part of readForm(body, boundary)) {
    if (part.name !== 'image' && seen.has(part.name)) throw refuse(part, 'may be given once')
    seen.add(part.name)
    if (part.name === 'options') options = parseWith(TurnOptions, parseJson(await readField(part, OPTIONS_BYTES_MAX), 'options'), 'options')
    else parts.push(await readPart(part, store))
    if (parts.length > PARTS_MAX) throw refuse(part, `a turn has at most ${PARTS_MAX} parts`)
  }
  if (parts.length === 0) throw invalidRequest([{ path: 'prompt', message: 'give a prompt, an image, or both' }])
  return { options: options ?? TurnOptions.parse({}), parts }
}

async function readPart(part: FormPart, store: StoreImage): Promise<NewInputPart> {
  switch (part.name) {
    case 'prompt':
      return { type: 'text', text: parseWith(PromptText, await readField(part, TEXT_BYTES_MAX), 'prompt') }
    case 'image': {
      const upload = { bytes: part.content, declaredType: part.contentType }
      return { type: 'image', mediaId: (await namingField('image', () => store(upload))).id }
    }
    default:
      throw refuse(part, 'there is no such field')
  }
}

function refuse({ name }: FormPart, message: string) {
  return invalidRequest([{ path: name, message }])
}
