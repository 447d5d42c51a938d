import { describe, expect, it } from 'vitest'
import { loadBranch } from '../../src/db/branch.ts'
import { copyTurns } from '../../src/db/fork-queries.ts'
import { branchIds, turnIdsOfSession } from '../../src/db/tree-queries.ts'
import { moveTurn, startAttempt } from '../../src/db/turn-progress.ts'
import { loadTurns } from '../../src/db/turn-views.ts'
import type { Usage } from '../../src/domain/model-call.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'

const { NOW_MS } = given

describe('turns as they are seen', () => {
  it('come in the order asked for, without those that do not exist', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const ids = [await given.aTurn(db, sessionId, { by: 'nobody' }), await given.aTurn(db, sessionId, { by: 'nobody' })]
    expect((await loadTurns(db, [ids[1] ?? '', 'trn_unknown', ids[0] ?? ''])).map(({ id }) => id)).toEqual([...ids].reverse())
    expect(await loadTurns(db, [])).toEqual([])
  })

  it('know their siblings, and how many run before them', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const root = await given.aSucceededTurn(db, sessionId)
    const [a, b, c] = [
      await given.aTurn(db, sessionId, { parentId: root, depth: 1 }),
      await given.aTurn(db, sessionId, { parentId: root, depth: 1, by: 'nobody' }),
      await given.aTurn(db, sessionId, { parentId: null, by: 'nobody' }),
    ]
    await given.started(db, a)
    const turns = await loadTurns(db, [root, a, b, c])
    expect(turns.map(({ siblingIds }) => siblingIds)).toEqual([[c], [b], [a], [root]])
    expect(turns.map(({ queuePosition }) => queuePosition)).toEqual([0, 0, 1, 2])
    expect(turns.map(({ waitReason }) => waitReason)).toEqual([null, null, 'queue', 'queue'])
  })

  it('add up what their attempts cost and used, and show the output of one attempt only', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.started(db, id)
    const usage: Usage = {
      ...{ promptTokens: 10, outputTokens: null, thoughtTokens: 3, totalTokens: 13, promptByModality: [{ modality: 'TEXT', tokens: 10 }] },
      outputByModality: [],
    }
    const unread = given.endOf(1, { ...given.SUCCEEDED, outcome: 'no_image', billed: 'maybe', usage }, { costUsd: 0.1 })
    const read = given.endOf(2, { ...given.SUCCEEDED, usage }, { costUsd: 0.2, parts: [given.textPart(0, 'second')] })
    await startAttempt(db, claimed, given.anAttempt(1), NOW_MS)
    await moveTurn(db, claimed, unread, { to: 'running' }, [], NOW_MS)
    await startAttempt(db, claimed, given.anAttempt(2), NOW_MS)
    const step = { to: 'succeeded', attempt: 2, model: 'm', modelVersion: null, fidelity: 'exact', fallback: false, degraded: [] } as const
    await moveTurn(db, claimed, read, step, [], NOW_MS)
    const turn = await given.turnOf(db, id)
    expect(turn).toMatchObject({ costUsd: 0.3, billed: 'yes', usage: { promptTokens: 20, outputTokens: null, totalTokens: 26 } })
    expect(turn.usage?.promptByModality).toEqual([{ modality: 'TEXT', tokens: 20 }])
    expect(turn.output.map(({ text }) => text)).toEqual(['second'])
  })

  it('never show success without the output, however reads and ends fall together', async () => {
    const { db } = await freshDatabase()
    const claims = []
    for (let n = 0; n < 8; n++) claims.push(await given.started(db, await given.aTurn(db, await given.aSession(db))))
    await Promise.all(
      claims.map(async (claimed) => {
        let over = false
        const ending = given.succeed(db, claimed).finally(() => {
          over = true
        })
        while (!over) {
          const { status, output } = await given.turnOf(db, claimed.turnId)
          expect(output).toHaveLength(status === 'succeeded' ? 1 : 0)
        }
        await ending
      }),
    )
  })
})

/** Three turns in a row and a sibling of the last. */
async function aTree(db: Parameters<typeof given.aSession>[0]) {
  const sessionId = await given.aSession(db)
  const root = await given.aSucceededTurn(db, sessionId)
  const middle = await given.aSucceededTurn(db, sessionId, { parentId: root, depth: 1, parts: [{ type: 'text', text: 'second' }] })
  const leaf = await given.aSucceededTurn(db, sessionId, { parentId: middle, depth: 2 })
  const sibling = await given.aSucceededTurn(db, sessionId, { parentId: middle, depth: 2 })
  return { sessionId, root, middle, leaf, sibling }
}

describe('a branch', () => {
  it('is read from the root to its leaf, or as far back as asked', async () => {
    const { db } = await freshDatabase()
    const { root, middle, leaf } = await aTree(db)
    expect((await loadBranch(db, leaf, 10)).map(({ turnId }) => turnId)).toEqual([root, middle, leaf])
    expect((await loadBranch(db, leaf, 2)).map(({ turnId }) => turnId)).toEqual([middle, leaf])
    expect(await loadBranch(db, null, 10)).toEqual([])
    const [, second] = await loadBranch(db, leaf, 3)
    expect(second?.input).toEqual([{ type: 'text', text: 'second' }])
    expect(second?.output).toMatchObject([{ text: 'done', raw: '{"text":"done"}', attempt: 1, mintedBy: { api: 'gemini' } }])
  })

  it('is known by its ids, and so is the whole tree, in the order it grew', async () => {
    const { db } = await freshDatabase()
    const { sessionId, root, middle, leaf, sibling } = await aTree(db)
    expect(await branchIds(db, sibling)).toEqual([root, middle, sibling])
    expect(await branchIds(db, null)).toEqual([])
    expect(await turnIdsOfSession(db, sessionId)).toEqual([root, middle, leaf, sibling])
  })

  it('is copied with its parts by reference, in order, and without what it cost', async () => {
    const { db } = await freshDatabase()
    const { middle, root } = await aTree(db)
    const fork = await given.aSession(db)
    const [first, second] = [given.newId('trn'), given.newId('trn')]
    await copyTurns(
      db,
      fork,
      [
        { from: root, to: first, parent: null },
        { from: middle, to: second, parent: first },
      ],
      NOW_MS,
    )
    expect(await turnIdsOfSession(db, fork)).toEqual([first, second])
    const [original] = await loadTurns(db, [middle])
    const [copy] = await loadTurns(db, [second])
    expect(copy).toMatchObject({ parentId: first, sessionId: fork, status: 'succeeded', attempts: [], costUsd: 0, version: 1, index: 1 })
    expect(copy?.output).toEqual(original?.output)
    expect(copy?.parts).toEqual(original?.parts)
    expect((await loadBranch(db, second, 9)).map(({ output }) => output)).toEqual(
      (await loadBranch(db, middle, 9)).map(({ output }) => output),
    )
  })
})
