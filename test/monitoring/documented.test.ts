import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ALERT_RULES } from '../../src/monitoring/alert-rules.ts'

test('docs/monitoring.md lists the alert rules that ship, with their severities', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `(\w+)` \| (info|warning|error) \|/gm)].map(([, rule, severity]) => ({ rule, severity }))
  expect(listed).toEqual(ALERT_RULES.map(({ rule, severity }) => ({ rule, severity })))
})
