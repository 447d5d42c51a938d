import type { PictureSize } from './picture-size.ts'

/** A landscape out of chance, for a prompt without an image: sky, sun, hills, a house. SVG elements for a picture of that size. */
export function sceneSvg({ width, height }: PictureSize, chance: Buffer): string {
  const pick = (index: number, max: number) => ((chance[index] ?? 0) / 255) * max
  const hue = Math.round(pick(0, 360))
  const horizon = height * (0.5 + pick(1, 0.2))
  const hill = (index: number, lightness: number) => {
    const peak = horizon - height * (0.05 + pick(index, 0.2))
    const x = pick(index + 1, width)
    return `<path fill="hsl(${hue + 90} 40% ${lightness}%)" d="M0 ${horizon}Q${x} ${peak} ${width} ${horizon}V${height}H0z"/>`
  }
  const house = { x: width * (0.2 + pick(6, 0.5)), y: horizon + height * 0.05, edge: Math.min(width, height) * 0.16 }
  return [
    `<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue} 70% 60%)"/><stop offset="1" stop-color="hsl(${hue + 40} 80% 85%)"/></linearGradient></defs>`,
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>`,
    `<circle cx="${pick(2, width)}" cy="${height * 0.18}" r="${Math.min(width, height) * 0.07}" fill="hsl(${hue + 180} 90% 75%)"/>`,
    hill(3, 45),
    hill(4, 35),
    `<rect y="${horizon}" width="${width}" height="${height - horizon}" fill="hsl(${hue + 90} 40% 40%)"/>`,
    `<path fill="hsl(${hue + 200} 50% 35%)" d="M${house.x} ${house.y}l${house.edge / 2} ${-house.edge / 2}l${house.edge / 2} ${house.edge / 2}z"/>`,
    `<rect x="${house.x}" y="${house.y}" width="${house.edge}" height="${house.edge * 0.8}" fill="hsl(${hue + 20} 60% 75%)"/>`,
  ].join('')
}
