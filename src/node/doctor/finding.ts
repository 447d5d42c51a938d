/** What the doctor finds: one line each, and what to do about it. */

export interface Finding {
  level: 'fine' | 'doubtful' | 'absent' | 'broken'
  /** What was looked at, and what it is like. Shown to whoever reads the terminal, so no secrets. */
  what: string
  /** What to do about it; null where there is nothing to do. */
  mend: string | null
}

export const fine = (what: string): Finding => ({ level: 'fine', what, mend: null })
/** The service starts all the same. */
export const doubtful = (what: string, mend: string): Finding => ({ level: 'doubtful', what, mend })
/** `npm start` does not start without it; `npm run dev` and `npm run demo` have their own. */
export const absent = (what: string, mend: string): Finding => ({ level: 'absent', what, mend })
/** It does not start, or not for long. */
export const broken = (what: string, mend: string): Finding => ({ level: 'broken', what, mend })

const SIGNS = { fine: '✓', doubtful: '!', absent: '–', broken: '✗' } as const

/** As it is printed, without a line break at the end. */
export function formatFinding({ level, what, mend }: Finding): string {
  return mend === null ? `${SIGNS[level]} ${what}` : `${SIGNS[level]} ${what}\n    ${mend}`
}

/** The last line: what may be started, given everything that was found. */
export function verdict(found: ReadonlySet<Finding['level']>): { startable: boolean; words: string } {
  if (found.has('broken')) return { startable: false, words: `What is marked ${SIGNS.broken} must be mended.` }
  if (found.has('absent'))
    return {
      startable: false,
      words: `\`npm run dev\` and \`npm run demo\` can start; \`npm start\` needs what is marked ${SIGNS.absent}.`,
    }
  return { startable: true, words: 'The service can start.' }
}
