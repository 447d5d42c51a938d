/** The branch that leads to a turn: what a model is shown again. */
import { sql } from 'drizzle-orm'
import type { Hole, ImageBlob, InputPart, ModelPart } from '../domain/part.ts'
import type { Database } from './connect.ts'
import { type PartRow, toInputPart, toModelPart } from './turn-rows.ts'

export interface BranchTurn {
  turnId: string
  input: InputPart[]
  output: ModelPart[]
}

/** Up to `reach` turns ending with `turnId`, oldest first. A windowed session asks for few, so that its 200th turn costs what its 20th did. */
export async function loadBranch(db: Database, turnId: string | null, reach: number): Promise<BranchTurn[]> {
  if (turnId === null) return []
  const rows = await db.execute<BranchRow>(sql`
    with recursive branch as (
      select id, parent_id, output_attempt, 1 as steps from turns where id = ${turnId}
      union all
      select above.id, above.parent_id, above.output_attempt, below.steps + 1
      from branch below join turns above on above.id = below.parent_id where below.steps < ${reach}
    )
    select branch.id as turn_id, part.attempt, part.ordinal, part.raw, part.holes::text as holes, part.thought, part.media_id, part.signature_sha256,
      part.minted_by_api, part.minted_by_model, image.sha256, image.bytes, image.mime_type, image.width, image.height
    from branch
      join parts part on part.turn_id = branch.id and part.attempt in (0, branch.output_attempt)
      left join media image on image.id = part.media_id
    order by branch.steps desc, part.attempt, part.ordinal`)
  return [...Map.groupBy(rows, (row) => row.turn_id)].map(([id, group]) => {
    const partRows = group.map(toPartRow)
    return {
      turnId: id,
      input: partRows.filter(({ part }) => part.attempt === 0).map(toInputPart),
      output: partRows.filter(({ part }) => part.attempt > 0).map(toModelPart),
    }
  })
}

interface BranchRow extends Record<string, unknown> {
  turn_id: string
  attempt: number
  ordinal: number
  raw: string
  holes: string
  thought: boolean
  media_id: string | null
  signature_sha256: string | null
  minted_by_api: string | null
  minted_by_model: string | null
  sha256: string | null
  bytes: number | null
  mime_type: string | null
  width: number | null
  height: number | null
}

function toPartRow(row: BranchRow): PartRow {
  const image: ImageBlob | null =
    row.sha256 === null ? null : { sha256: row.sha256, bytes: row.bytes ?? 0, mimeType: row.mime_type ?? 'application/octet-stream' }
  return {
    part: {
      turnId: row.turn_id,
      attempt: row.attempt,
      ordinal: row.ordinal,
      raw: row.raw,
      holes: JSON.parse(row.holes) as Hole[],
      thought: row.thought,
      mediaId: row.media_id,
      signatureSha256: row.signature_sha256,
      mintedByApi: row.minted_by_api,
      mintedByModel: row.minted_by_model,
    },
    media: image === null ? null : { ...image, width: row.width, height: row.height },
  }
}
