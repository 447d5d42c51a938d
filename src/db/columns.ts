import { bigint, customType } from 'drizzle-orm/pg-core'

/** Unix milliseconds: the one unit the core computes in. `to_timestamp(x / 1000.0)` shows it to people. */
export const unixMs = (name: string) => bigint(name, { mode: 'number' })

/** Raw bytes; for a signature, the received characters. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * JSON kept as `text`: jsonb reorders keys, rewrites numbers and refuses `\u0000`, which a prompt or a model's answer may hold.
 * Use it for whatever came from outside.
 */
export const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (text) => JSON.parse(text) as T,
  })(name)

/** USD with six decimals; a number in the core, exact in the database. */
export const usd = customType<{ data: number; driverData: string }>({
  dataType: () => 'numeric(14,6)',
  toDriver: (value) => value.toFixed(6),
  fromDriver: (text) => Number(text),
})
