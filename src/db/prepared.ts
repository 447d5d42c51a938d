/**
 * A query of drizzle's that is written once for each database: writing a large one takes longer than carrying it out. What changes
 * from call to call is a `sql.placeholder`.
 */
export function prepared<Db extends object, Query>(write: (db: Db) => Query): (db: Db) => Query {
  const written = new WeakMap<Db, Query>()
  return (db) => {
    const query = written.get(db) ?? write(db)
    written.set(db, query)
    return query
  }
}
