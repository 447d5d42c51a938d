/** Stores an answer while it arrives, and tells of it: images and signatures at once, parts and words when the attempt is closed. */
import { type NewEvent, type NewPart, recordEvents } from '../db/turn-progress.ts'
import { describeError } from '../domain/describe-error.ts'
import { makeId } from '../domain/ids.ts'
import type { MediaType } from '../domain/media.ts'
import type { MintedBy, ReceivedPart } from '../domain/part.ts'
import type { AnswerSink } from '../domain/ports.ts'
import type { Installation } from './context.ts'
import { nameMedia } from './name-media.ts'
import { persevere } from './persevere.ts'
import type { TurnRun } from './turn-run.ts'

/** Events are gathered this long, so that text comes in at most four a second (api.md). */
const GATHER_MS = 250

export interface StoringSink {
  sink: AnswerSink
  /** What has arrived, in order. */
  parts: readonly NewPart[]
  /** Final pictures among it. */
  pictures(): number
  /** Tells nothing more by itself, and returns what had not been told: it goes with the write that closes the attempt. */
  close(): Promise<NewEvent[]>
}

export function createStoringSink(inst: Installation, run: TurnRun, attempt: number, mintedBy: MintedBy, lost: AbortSignal): StoringSink {
  const parts: NewPart[] = []
  let untold: NewEvent[] = []
  let telling: Promise<void> | null = null
  const closed = new AbortController()

  const tell = async () => {
    await inst.clock.sleep(GATHER_MS, closed.signal).catch(() => undefined)
    const events = untold
    if (closed.signal.aborted || events.length === 0) return
    untold = []
    await recordEvents(inst.db, run.claim, joinTexts(events), inst.clock.nowMs())
  }
  const soon = () => {
    telling ??= tell()
      .catch((error: unknown) => inst.logger.warn('turn.untold', { turn: run.turn.id, error: describeError(error) }))
      .finally(() => {
        telling = null
        if (untold.length > 0 && !closed.signal.aborted) soon()
      })
  }

  return {
    parts,
    pictures: () => parts.filter((part) => part.mediaId !== null && !part.thought).length,
    sink: {
      openImage: () => inst.blobs.open(),
      openSignature: () => inst.signatures.open((write) => persevere(inst.clock, lost, write)),
      part: async (received) => {
        const stored = await storePart(inst, run, received, parts.length, mintedBy, lost)
        parts.push(stored.part)
        if (stored.event !== null) untold.push({ ...stored.event, data: { attempt, ...stored.event.data } })
        soon()
      },
    },
    close: async () => {
      // With a reason of its own: the one made by default takes a stack trace.
      closed.abort('closed')
      await telling
      return joinTexts(untold)
    },
  }
}

async function storePart(
  inst: Installation,
  run: TurnRun,
  received: ReceivedPart,
  ordinal: number,
  mintedBy: MintedBy,
  lost: AbortSignal,
): Promise<{ part: NewPart; event: NewEvent | null }> {
  const { raw, holes, thought, text, image } = received
  const signatureSha256 = holes.find(({ holds }) => holds === 'signature')?.sha256 ?? null
  const part: NewPart = { ordinal, raw, holes, thought, mediaId: null, signatureSha256, mintedBy }
  if (image === null) {
    return { part, event: text === null || text === '' ? null : { type: 'part.text', data: { text, thought } } }
  }
  const verdict = await inst.inspector.inspect(image)
  const size = verdict.ok ? verdict.image : { width: null, height: null }
  const media = {
    id: makeId('med', inst.clock.nowMs(), inst.random.bytes(10)),
    tenantId: run.turn.tenantId,
    sha256: image.sha256,
    bytes: image.bytes,
    mimeType: (verdict.ok ? verdict.image.mimeType : image.mimeType) as MediaType,
    width: size.width,
    height: size.height,
    createdAtMs: inst.clock.nowMs(),
    lineage: { turnId: run.turn.id, from: builtOn(run) },
  }
  const { id } = await persevere(inst.clock, lost, () => nameMedia(inst, media))
  const data = { mediaId: id, mimeType: image.mimeType, width: size.width, height: size.height, thought }
  return { part: { ...part, mediaId: id }, event: { type: 'part.image', data } }
}

/** The media a turn's pictures come from: the user's of this turn, and the last picture of the turn before. */
function builtOn({ turn, branch }: TurnRun): string[] {
  const given = turn.parts.flatMap((part) => (part.type === 'image' ? [part.mediaId] : []))
  const shown = branch?.at(-1)?.output.findLast((part) => part.mediaId !== null && !part.thought)?.mediaId
  return shown == null ? given : [...given, shown]
}

/** Neighbouring texts of the same kind become one event. */
function joinTexts(events: readonly NewEvent[]): NewEvent[] {
  const joined: NewEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    if (event.type === 'part.text' && last?.type === 'part.text' && last.data.thought === event.data.thought) {
      joined[joined.length - 1] = { ...last, data: { ...last.data, text: `${String(last.data.text)}${String(event.data.text)}` } }
    } else {
      joined.push(event)
    }
  }
  return joined
}
