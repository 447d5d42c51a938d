import { findHandles, forgetHandles } from '../db/upstream-file-queries.ts'
import type { Installation } from './context.ts'
import { outgoingImages } from './outgoing-image.ts'
import { endpointOf, planFor } from './plan-history.ts'
import type { TurnRun } from './turn-run.ts'

/**
 * Forgets the handles the upstream no longer honours, so that the next attempt uploads our own copies again.
 * `files` are names without `files/`; empty: every file this turn uses. Harmless when done twice.
 */
export async function repairMedia(inst: Installation, run: TurnRun, files: readonly string[]): Promise<void> {
  const last = run.attempts.at(-1)
  if (last === undefined) return
  const endpoint = endpointOf(inst, last.endpointId)
  if (files.length > 0) {
    await forgetHandles(
      inst.db,
      endpoint.project,
      files.map((file) => `files/${file}`),
    )
    return
  }
  const link = run.links.find(({ entry }) => entry.id === last.model)
  if (link === undefined) return
  const { images } = planFor(inst, run, endpoint, link.entry, { repack: false, shrink: 'none' })
  const sent = [...(await outgoingImages(inst, run.turn.tenantId, images)).values()]
  const handles = await findHandles(
    inst.db,
    endpoint.project,
    sent.map(({ sha256 }) => sha256),
  )
  await forgetHandles(
    inst.db,
    endpoint.project,
    handles.map(({ name }) => name),
  )
}
