/** What a test file opened by way of `test/support/` is closed at its end, as its worker goes on with the next file. */
import { afterAll } from 'vitest'
import { closeDatabases } from './database.ts'

afterAll(closeDatabases)
