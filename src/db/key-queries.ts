/** Keys. Secrets come here as digests, and go nowhere from here. */
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Key, NewKey, Scope } from '../domain/key.ts'
import type { Database } from './connect.ts'
import { apiKeys, keySecrets } from './schema.ts'

/** A key as its secret finds it. */
export interface FoundKey {
  id: string
  /** Of the secret that found it. */
  sha256: string
  tenantId: string
  scopes: readonly Scope[]
  lastUsedAtMs: number | null
  /** When the key, or this secret of it, ends (Unix ms); null: neither does. */
  endsAtMs: number | null
}

const columns = {
  id: apiKeys.id,
  tenantId: apiKeys.tenantId,
  name: apiKeys.name,
  scopes: apiKeys.scopes,
  createdAtMs: apiKeys.createdAtMs,
  lastUsedAtMs: apiKeys.lastUsedAtMs,
  expiresAtMs: apiKeys.expiresAtMs,
}
const inForce = isNull(apiKeys.revokedAtMs)

/** Stores the key with the digest of its first secret. */
export async function insertKey(db: Database, id: string, key: NewKey, sha256: string, nowMs: number): Promise<void> {
  await db.insert(apiKeys).values({ ...key, id, scopes: [...key.scopes], createdAtMs: nowMs })
  await db.insert(keySecrets).values({ sha256, keyId: id })
}

/** The key that a secret of this digest opens. Revoked ones have none; whether it has ended is for whoever has a clock. */
export async function findKeyBySecret(db: Database, sha256: string): Promise<FoundKey | null> {
  const { id, tenantId, scopes, lastUsedAtMs } = columns
  const rows = await db
    .select({
      ...{ id, tenantId, scopes, lastUsedAtMs, sha256: keySecrets.sha256 },
      endsAtMs: sql<number | null>`least(${keySecrets.endsAtMs}, ${apiKeys.expiresAtMs})`,
    })
    .from(keySecrets)
    .innerJoin(apiKeys, eq(apiKeys.id, keySecrets.keyId))
    .where(eq(keySecrets.sha256, sha256))
  return rows[0] ?? null
}

/** Whether there ever was a key here, revoked ones included. */
export async function hasKeys(db: Database): Promise<boolean> {
  return (await db.select({ id: apiKeys.id }).from(apiKeys).limit(1)).length > 0
}

/** Those not revoked, the newest first; `before` is the id to go on from. */
export async function listKeyRows(db: Database, tenantId: string | null, limit: number, before: string | null): Promise<Key[]> {
  return db
    .select(columns)
    .from(apiKeys)
    .where(
      and(inForce, tenantId === null ? undefined : eq(apiKeys.tenantId, tenantId), before === null ? undefined : lt(apiKeys.id, before)),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit)
}

/** Takes the key's row lock for the rest of the transaction; null when there is none in force. */
export async function lockKey(db: Database, id: string): Promise<Key | null> {
  const rows = await db
    .select(columns)
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), inForce))
    .for('update')
  return rows[0] ?? null
}

export async function revokeKeyRow(db: Database, id: string, nowMs: number): Promise<void> {
  await db.update(apiKeys).set({ revokedAtMs: nowMs }).where(eq(apiKeys.id, id))
  await db.delete(keySecrets).where(eq(keySecrets.keyId, id))
}

/** Gives the key another secret. Older ones end at `oldEndAtMs` (Unix ms) unless they end before; those that have ended are forgotten. */
export async function replaceSecret(db: Database, id: string, sha256: string, oldEndAtMs: number, nowMs: number): Promise<void> {
  await db
    .update(keySecrets)
    .set({ endsAtMs: sql`least(${keySecrets.endsAtMs}, ${oldEndAtMs}::bigint)` })
    .where(eq(keySecrets.keyId, id))
  await db.delete(keySecrets).where(and(eq(keySecrets.keyId, id), sql`${keySecrets.endsAtMs} <= ${nowMs}`))
  await db.insert(keySecrets).values({ sha256, keyId: id })
}

/** Notes that the key was used at `nowMs`, unless that was noted after `olderThanMs` already, by whatever node. */
export async function touchKey(db: Database, id: string, nowMs: number, olderThanMs: number): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAtMs: nowMs })
    .where(and(eq(apiKeys.id, id), sql`coalesce(${apiKeys.lastUsedAtMs}, 0) <= ${olderThanMs}`))
}
