/** Whether thumbnails can be made: sharp brings programs of its own, which an install for another platform lacks. */
import { explain } from './explain.ts'
import { broken, type Finding, fine } from './finding.ts'

export async function checkPictures(): Promise<Finding> {
  try {
    const { default: sharp } = await import('sharp')
    await sharp({ create: { width: 2, height: 2, channels: 3, background: 'white' } })
      .webp()
      .toBuffer()
    return fine(`Pictures can be read and made (sharp ${sharp.versions.sharp})`)
  } catch (error) {
    return broken(`Pictures cannot be read: ${explain(error)}`, 'run `npm ci` on this platform, with its optional packages')
  }
}
