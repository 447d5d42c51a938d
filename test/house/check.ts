/** The house checks of `npm run verify`: no database, no network, a second or so. */
import { join } from 'node:path'
import { checkHouse } from './check-house.ts'

const breaches = checkHouse(join(import.meta.dirname, '../..'))
for (const { at, message } of breaches) process.stderr.write(`${at} ${message}\n`)
process.stdout.write(breaches.length === 0 ? 'house rules: kept\n' : `house rules: ${breaches.length} breaches\n`)
process.exitCode = breaches.length === 0 ? 0 : 1
