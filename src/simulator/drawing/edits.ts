import type { Sharp } from 'sharp'
import type { PictureSize } from './picture-size.ts'

/** What a word of the prompt does to the picture: to all of its pixels, or by something drawn on it. */
type Edit = { word: RegExp; pixels?: (picture: Sharp) => Sharp; drawing?: (size: PictureSize, chance: Buffer) => string }

/** Strengthens or weakens the colour channels; unlike a tint it leaves the colours of earlier turns apart. */
const cast = (red: number, green: number, blue: number) => (picture: Sharp) =>
  picture.recomb([
    [red, 0, 0],
    [0, green, 0],
    [0, 0, blue],
  ])

/** Edits in the order they are carried out. Prompts are free text, not only English. */
const EDITS: readonly Edit[] = [
  {
    word: /night|dark|nacht|夜/i,
    pixels: cast(0.4, 0.42, 0.75),
    drawing: stars,
  },
  { word: /bright|day|morning|白天/i, pixels: (picture) => picture.modulate({ brightness: 1.25 }) },
  { word: /warm|sunset|autumn|golden/i, pixels: cast(1.15, 0.95, 0.65) },
  { word: /cold|winter|ice|snow|雪/i, pixels: cast(0.8, 0.95, 1.15), drawing: snow },
  { word: /\bred\b|红/i, pixels: cast(1.25, 0.6, 0.6) },
  { word: /\bblue\b|蓝/i, pixels: cast(0.6, 0.7, 1.3) },
  { word: /\bgreen\b|绿/i, pixels: cast(0.65, 1.2, 0.65) },
  { word: /gr[ae]y|black and white|monochrome/i, pixels: (picture) => picture.grayscale() },
  { word: /blur|dream|fog|mist/i, pixels: (picture) => picture.blur(6) },
  { word: /negative|invert/i, pixels: (picture) => picture.negate({ alpha: false }) },
  { word: /rotate|upside/i, pixels: (picture) => picture.rotate(180) },
  { word: /mirror|flip/i, pixels: (picture) => picture.flop() },
  { word: /\bsun\b|sunny|太阳/i, drawing: sun },
  { word: /\bhat\b|帽/i, drawing: hat },
  { word: /frame|border/i, drawing: frame },
  { word: /tree|forest|树/i, drawing: trees },
]

/** The edits a prompt asks for; a prompt with none of the known words gets a shape of its own, so that every turn shows. */
export function editsFor(prompt: string): Edit[] {
  const edits = EDITS.filter(({ word }) => word.test(prompt))
  return edits.length > 0 ? edits : [{ word: /(?:)/, drawing: shape }]
}

function stars({ width, height }: PictureSize, chance: Buffer): string {
  const moon = `<circle cx="${width * 0.82}" cy="${height * 0.16}" r="${height * 0.06}" fill="#fdf6d0"/>`
  return moon + dots({ width, height: height * 0.5 }, chance, { radius: height * 0.005, colour: '#fff' })
}

function snow(size: PictureSize, chance: Buffer): string {
  return dots(size, chance, { radius: size.height * 0.009, colour: '#fffd' })
}

function dots({ width, height }: PictureSize, chance: Buffer, { radius, colour }: { radius: number; colour: string }): string {
  return [...chance]
    .map((byte, index) => {
      const x = (byte / 256) * width
      const y = ((chance[(index * 7 + 3) % chance.length] ?? 0) / 256) * height
      return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`
    })
    .join('')
}

function sun({ width, height }: PictureSize): string {
  return `<circle cx="${width * 0.15}" cy="${height * 0.15}" r="${height * 0.09}" fill="#ffd83d" stroke="#ff9d00" stroke-width="${height * 0.015}"/>`
}

function hat({ width, height }: PictureSize): string {
  const edge = Math.min(width, height)
  const x = width / 2 - edge * 0.15
  const y = height * 0.3
  const brim = `<rect x="${x - edge * 0.07}" y="${y + edge * 0.16}" width="${edge * 0.44}" height="${edge * 0.04}" rx="${edge * 0.02}" fill="#221"/>`
  return `${brim}<rect x="${x}" y="${y}" width="${edge * 0.3}" height="${edge * 0.18}" fill="#221"/><rect x="${x}" y="${y + edge * 0.11}" width="${edge * 0.3}" height="${edge * 0.04}" fill="#c22"/>`
}

function frame({ width, height }: PictureSize): string {
  const edge = Math.min(width, height) * 0.04
  return `<rect x="${edge / 2}" y="${edge / 2}" width="${width - edge}" height="${height - edge}" fill="none" stroke="#b8860b" stroke-width="${edge}"/>`
}

function trees({ width, height }: PictureSize, chance: Buffer): string {
  return [0, 1, 2]
    .map((index) => {
      const x = width * (0.15 + 0.3 * index + (chance[index] ?? 0) / 2000)
      const trunk = `<rect x="${x - width * 0.008}" y="${height * 0.7}" width="${width * 0.016}" height="${height * 0.08}" fill="#5a3a1e"/>`
      return `${trunk}<path d="M${x - width * 0.06} ${height * 0.71}L${x} ${height * 0.5}L${x + width * 0.06} ${height * 0.71}z" fill="#1e6b34"/>`
    })
    .join('')
}

function shape({ width, height }: PictureSize, chance: Buffer): string {
  const [hue = 0, x = 0, y = 0, corners = 0, turn = 0] = chance
  const radius = Math.min(width, height) * 0.11
  const count = 3 + (corners % 5)
  const points = Array.from({ length: count }, (_, index) => {
    const angle = ((index / count) * 2 + turn / 128) * Math.PI
    return `${width * (0.15 + (x / 256) * 0.7) + Math.cos(angle) * radius},${height * (0.2 + (y / 256) * 0.5) + Math.sin(angle) * radius}`
  })
  return `<polygon points="${points.join(' ')}" fill="hsl(${Math.round((hue / 256) * 360)} 85% 55%)" stroke="#fff" stroke-width="${radius * 0.08}"/>`
}
