import type { PictureSize } from './picture-size.ts'
import { GLYPH_HEIGHT, GLYPH_WIDTH, pixelText } from './pixel-font.ts'

const BADGES_PER_ROW = 12
const CAPTION_CHARS = 44

/**
 * The strip that tells the story of a conversation: a numbered badge for this turn beside those of the turns before, which are
 * already part of the picture, and a line with the turn's words.
 */
export function captionSvg({ width, height }: PictureSize, { turn, prompt, hue }: { turn: number; prompt: string; hue: number }): string {
  const badgeEdge = width / (BADGES_PER_ROW + 1)
  const lineScale = width / (CAPTION_CHARS * GLYPH_WIDTH)
  const lineHeight = (GLYPH_HEIGHT + 3) * lineScale
  const words = `turn ${turn}: ${prompt.replace(/\s+/g, ' ').trim()}`
  const text = words.length > CAPTION_CHARS - 1 ? `${words.slice(0, CAPTION_CHARS - 4)}...` : words
  const line = [
    `<rect y="${height - lineHeight}" width="${width}" height="${lineHeight}" fill="#111"/>`,
    pixelText(text, { x: lineScale * 3, y: height - lineHeight + lineScale * 2, scale: lineScale, colour: '#fff' }),
  ]
  return [...line, badge({ turn, hue, edge: badgeEdge, bottom: height - lineHeight })].join('')
}

function badge({ turn, hue, edge, bottom }: { turn: number; hue: number; edge: number; bottom: number }): string {
  const column = (turn - 1) % BADGES_PER_ROW
  const row = Math.floor((turn - 1) / BADGES_PER_ROW)
  const x = edge * (column + 0.5)
  const y = bottom - edge * (row + 1)
  const number = String(turn)
  const scale = (edge * 0.5) / (GLYPH_WIDTH * number.length)
  const numberAt = { x: x + edge * 0.24, y: y + (edge * 0.94 - GLYPH_HEIGHT * scale) / 2, scale, colour: '#fff' }
  return `<rect x="${x}" y="${y}" width="${edge * 0.94}" height="${edge * 0.94}" rx="${edge * 0.2}" fill="hsl(${hue} 75% 40%)" stroke="#fff" stroke-width="${edge * 0.05}"/>${pixelText(number, numberAt)}`
}
