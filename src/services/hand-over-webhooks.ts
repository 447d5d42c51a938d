import { takeOwedWebhooks } from '../db/webhook-queries.ts'
import type { Installation } from './context.ts'

const AT_ONCE = 100

/**
 * Has the webhooks delivered that ends of turns have left owed. They leave that table in the transaction that enqueues their
 * delivery: whatever dies in between, each is enqueued, and enqueued once. Returns how many there were.
 */
export async function handOverWebhooks({ db, webhooks }: Installation): Promise<number> {
  if (webhooks === null) return 0
  return db.transaction(async (tx) => {
    const owed = await takeOwedWebhooks(tx, AT_ONCE)
    if (owed.length > 0) await webhooks.enqueue(tx, owed)
    return owed.length
  })
}
