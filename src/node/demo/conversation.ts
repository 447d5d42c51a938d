/** Holds the demo's conversation over HTTP, step by step. */
import type { Clock } from '../../domain/ports.ts'
import type { ApiClient, NewPart } from './api-client.ts'
import type { Turn } from './api-schema.ts'
import { describeSuccess } from './describe-event.ts'
import { formatBytes } from './figures.ts'
import { showProgress } from './progress.ts'
import { SESSION_TITLE, STEPS, type Step, type Trouble } from './scenario.ts'
import type { Screen } from './screen.ts'

export interface FinishedStep {
  step: Step
  turn: Turn
  /** From submission to the end. */
  elapsedMs: number
}

export interface Conversation {
  sessionId: string
  finished: readonly FinishedStep[]
}

export interface ConversationOptions {
  api: ApiClient
  screen: Screen
  clock: Clock
  photo: Uint8Array<ArrayBuffer>
  /** Arranges what goes wrong in the next turn; null: nothing does. */
  makeTrouble: ((trouble: Trouble) => void) | null
}

/** Something the demo promises did not happen. The message says what. */
export class DemoFailure extends Error {
  override name = 'DemoFailure'
}

/** @throws DemoFailure when a turn does not succeed; ApiError when the service refuses a request */
export async function holdConversation(options: ConversationOptions): Promise<Conversation> {
  const { api, screen, photo } = options
  const media = await api.uploadImage(photo, 'image/jpeg')
  screen.line(`Uploaded a photo: ${media.width} × ${media.height} pixels, ${formatBytes(media.bytes)}`)
  const session = await api.createSession({ title: SESSION_TITLE })
  screen.line(`Opened a session; its models, best first: ${session.models.join(', ')}`)
  const finished: FinishedStep[] = []
  for (const step of STEPS) {
    const parent = finished.find((earlier) => earlier.step.name === step.after)
    const parts: NewPart[] = [{ type: 'text', text: step.prompt }]
    if (step.withPhoto) parts.push({ type: 'image', mediaId: media.id })
    const submit = () => api.submitTurn(session.id, { parts, ...(parent && { parentId: parent.turn.id }) }, `demo-${step.name}`)
    finished.push({ step, ...(await takeTurn(step, submit, options)) })
  }
  return { sessionId: session.id, finished }
}

async function takeTurn(
  step: Step,
  submit: () => Promise<Turn>,
  { api, screen, clock, makeTrouble }: ConversationOptions,
): Promise<{ turn: Turn; elapsedMs: number }> {
  screen.line()
  screen.line(screen.paint('bold', `${step.title}: ${step.prompt}`))
  if (makeTrouble && step.trouble) {
    screen.line(`    ${screen.paint('dim', `(${step.trouble.announcement})`)}`)
    makeTrouble(step.trouble)
  }
  const startedMs = clock.nowMs()
  const { id } = await submit()
  await showProgress(api.followTurn(id), { screen, clock })
  const elapsedMs = clock.nowMs() - startedMs
  const turn = await api.getTurn(id)
  if (turn.status !== 'succeeded') {
    throw new DemoFailure(`${step.title} ended ${turn.status}${turn.error ? `: ${turn.error.code}: ${turn.error.detail}` : ''}`)
  }
  screen.line(`    ${screen.paint('green', `✓ ${describeSuccess(turn, elapsedMs)}`)}`)
  return { turn, elapsedMs }
}
