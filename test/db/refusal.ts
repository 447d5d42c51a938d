import { expect } from 'vitest'

/** Expects a statement to break this constraint, and no other. Drizzle wraps the driver's error. */
export async function expectRefused(statement: PromiseLike<unknown>, constraint: string): Promise<void> {
  const error = await Promise.resolve(statement).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const causes: unknown[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    causes.push('constraint_name' in cause ? cause.constraint_name : null)
  expect(causes).toContain(constraint)
}
