import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { UNSETTLED_FACTS } from '../../src/gemini/unsettled.ts'

it.each(UNSETTLED_FACTS)('"$question" names the place where its assumption is built in', ({ where }) => {
  expect(existsSync(new URL(`../../src/gemini/${where}`, import.meta.url))).toBe(true)
})
