/** Budgets: held before anything is sent, settled by what it came to cost. */
import { type Budget, lockBudgets, sessionSpending, setReserved, tenantSpending } from '../db/budget-queries.ts'
import type { Database } from '../db/connect.ts'
import { type ModelEntry, resolveModel } from '../domain/catalogue.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import { estimateTurnCost } from '../domain/price.ts'
import { RequestError, turnProblem } from '../domain/problem.ts'
import type { AttemptDecision, Decision, FailDecision } from '../engine/decision.ts'
import { billedSoFar } from '../engine/ledger.ts'
import { monthBeginsMs } from '../monitoring/calendar-month.ts'
import type { Installation, ServiceContext } from './context.ts'
import type { TurnRun } from './turn-run.ts'

/** As the history planner counts text. */
const TEXT_CHARACTERS_PER_TOKEN = 4
/** Money is in millionths: less than this is the arithmetic's own. */
const ROUNDING_USD = 0.0000005

export interface PlannedTurn {
  sessionId: string
  turnId: string
  /** The chain's names, best first. */
  models: readonly string[]
  image: ImageSettings
  textCharacters: number
  images: number
  /** Turns it builds on. */
  depth: number
}

/**
 * What to hold for a new turn, in USD; null when no budget governs it. To be called in the transaction that stores it. Throws
 * `budget_exhausted` when it would exceed the session's budget, or its tenant's for this calendar month.
 */
export async function holdForNewTurn(ctx: ServiceContext, turn: PlannedTurn): Promise<number | null> {
  const { tenantId } = ctx.principal
  const entry = turn.models.flatMap((name) => resolveModel(ctx.catalogue, name)?.entry ?? [])[0]
  if (entry === undefined) return null
  const estimateUsd = estimateTurnCost(entry, turn.image, plannedTokens(entry, turn))
  const budgets = await readBudgets(ctx.db, { tenantId, sessionId: turn.sessionId, turnId: turn.turnId, nowMs: ctx.clock.nowMs() })
  const exceeded = budgets.find((budget) => exceeds(budget, estimateUsd))
  if (exceeded !== undefined) throw new RequestError('budget_exhausted', describe(exceeded, estimateUsd))
  return budgets.length === 0 ? null : estimateUsd
}

/** Holds what the attempt decided on may cost, which may be more than was held so far. Otherwise says how the turn ends. */
export async function holdForAttempt(
  inst: Installation,
  run: TurnRun,
  decision: AttemptDecision & Decision,
): Promise<(FailDecision & Decision) | null> {
  const entry = run.links.find((link) => link.entry.id === decision.model)?.entry
  if (!run.budgeted || entry === undefined) return null
  const { id: turnId, sessionId, tenantId } = run.turn
  const estimateUsd = estimateTurnCost(entry, decision.image, decision.reserve.tokens)
  const exceeded = await inst.db.transaction(async (tx) => {
    const budgets = await readBudgets(tx, { tenantId, sessionId, turnId, nowMs: inst.clock.nowMs() })
    const found = budgets.find((budget) => exceeds(budget, estimateUsd))
    if (found === undefined) await setReserved(tx, run.claim, estimateUsd)
    return found
  })
  if (exceeded === undefined) return null
  const { deadlineAtMs, passedOver } = decision
  const problem = turnProblem('budget_exhausted', describe(exceeded, estimateUsd))
  return { kind: 'fail', status: 'failed', problem, billed: billedSoFar(run.attempts), next: 'fail', deadlineAtMs, passedOver }
}

/** The budgets that govern a turn, with what others have spent and hold of them. Their rows stay locked for the transaction. */
async function readBudgets(
  db: Database,
  { tenantId, sessionId, turnId, nowMs }: { tenantId: string; sessionId: string; turnId: string; nowMs: number },
): Promise<Budget[]> {
  const { session, tenant } = await lockBudgets(db, sessionId, tenantId)
  const budgets: Budget[] = []
  if (session !== null) budgets.push({ whose: 'session', budgetUsd: session, ...(await sessionSpending(db, sessionId, turnId)) })
  if (tenant !== null) {
    budgets.push({ whose: 'tenant', budgetUsd: tenant, ...(await tenantSpending(db, tenantId, turnId, monthBeginsMs(nowMs))) })
  }
  return budgets
}

/** Rather too many: each turn of the history may have brought a picture and made one, up to what the model is shown. */
function plannedTokens(entry: ModelEntry, { textCharacters, images, depth }: PlannedTurn): number {
  const pictures = images + Math.min(2 * depth, entry.historyImagesMax)
  return pictures * entry.inputImageTokens + Math.ceil(textCharacters / TEXT_CHARACTERS_PER_TOKEN)
}

function exceeds({ budgetUsd, spentUsd, heldUsd }: Budget, estimateUsd: number): boolean {
  return spentUsd + heldUsd + estimateUsd > budgetUsd + ROUNDING_USD
}

function describe({ whose, budgetUsd, spentUsd, heldUsd }: Budget, estimateUsd: number): string {
  const of = whose === 'session' ? 'the session’s budget' : 'the tenant’s budget for this month'
  const held = heldUsd > 0 ? ` and ${usd(heldUsd)} is held for turns under way` : ''
  return `This may cost ${usd(estimateUsd)}; of ${of} of ${usd(budgetUsd)}, ${usd(spentUsd)} is spent${held}.`
}

function usd(amount: number): string {
  return `$${amount.toFixed(4)}`
}
