import { describe, expect, it } from 'vitest'
import { DEGRADABLE } from '../../src/domain/session.ts'
import { fitImage } from '../../src/engine/fit-image.ts'

const model = { sizes: ['1K', '2K'], aspectRatios: ['1:1', '16:9'], referenceImagesMax: 3 } as const

describe('fitting what was asked to a model', () => {
  it('changes nothing a model can do', () => {
    const asked = { size: '2K', aspectRatio: '16:9' } as const
    expect(fitImage(model, asked, 3, [], false)).toEqual({ image: asked, degraded: [] })
    expect(fitImage(model, {}, 0, [], false)).toEqual({ image: {}, degraded: [] })
  })

  it('takes the next smaller size, or the smallest there is', () => {
    expect(fitImage(model, { size: '4K' }, 0, ['size'], false)).toMatchObject({ image: { size: '2K' }, degraded: ['size'] })
    expect(fitImage(model, { size: '512' }, 0, ['size'], false)).toMatchObject({ image: { size: '1K' }, degraded: ['size'] })
  })

  it('never degrades what is not allowed', () => {
    expect(fitImage(model, { size: '4K' }, 0, ['aspectRatio', 'references'], false)).toBeNull()
    expect(fitImage(model, { aspectRatio: '1:8' }, 0, ['size'], false)).toBeNull()
    expect(fitImage(model, {}, 4, ['size', 'aspectRatio'], false)).toBeNull()
    expect(fitImage(model, { size: '4K', aspectRatio: '1:8' }, 0, ['size'], false)).toBeNull()
  })

  it('names all that gave way', () => {
    expect(fitImage(model, { size: '4K', aspectRatio: '1:8' }, 4, DEGRADABLE, false)?.degraded).toEqual([
      'size',
      'aspectRatio',
      'references',
    ])
  })

  it('goes one size down on demand, unless there is none', () => {
    expect(fitImage(model, { size: '2K' }, 0, ['size'], true)).toMatchObject({ image: { size: '1K' }, degraded: ['size'] })
    expect(fitImage(model, { size: '1K' }, 0, ['size'], true)).toBeNull()
    expect(fitImage(model, { size: '2K' }, 0, [], true)).toBeNull()
  })
})
