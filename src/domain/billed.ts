/** What the caller may have been charged: `no` for refusals, `yes` for answers, `maybe` where nobody can tell. */
export type Billed = 'no' | 'maybe' | 'yes'
