/**
 * Bags of counts: what tallies are made of. Each entry is a whole number by name, so that any two bags of any spans add up
 * exactly, in any order. Names are made in `tally-sql.ts`; `/` separates a family from its member.
 */

export type Counts = Readonly<Record<string, number>>

/** Sum of any number of bags, name by name. */
export function addCounts(bags: Iterable<Counts>): Counts {
  const sum: Record<string, number> = {}
  for (const bag of bags) for (const name in bag) sum[name] = (sum[name] ?? 0) + (bag[name] ?? 0)
  return sum
}

/** What is left of `whole` without `part`; names that come to nothing are left out. */
export function subtractCounts(whole: Counts, part: Counts): Counts {
  const names = new Set([...Object.keys(whole), ...Object.keys(part)])
  const left = [...names].map((name) => [name, (whole[name] ?? 0) - (part[name] ?? 0)] as const)
  return Object.fromEntries(left.filter(([, n]) => n !== 0))
}

export function countOf(counts: Counts, name: string): number {
  return counts[name] ?? 0
}

/** The members of a family, with what comes after its name: `outcome` of `{"outcome/succeeded": 3}` is `{succeeded: 3}`. */
export function familyOf(counts: Counts, family: string): Record<string, number> {
  const prefix = `${family}/`
  const members = Object.entries(counts).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(members.map(([name, n]) => [name.slice(prefix.length), n]))
}
