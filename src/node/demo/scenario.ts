/** The conversation the demo holds, and what goes wrong in it. Data only. */
import type { FaultRuleInput } from '../../simulator/faults/fault-rule.ts'

/** What the simulator is told before a turn. Live, there is none of it. */
export interface Trouble {
  /** Printed before the turn. */
  announcement: string
  faults?: readonly FaultRuleInput[]
  /** How far the simulator's clock is moved on; the service's own clock stays. */
  clockHours?: number
  /** What to look for in the finished turn. */
  notice: string
}

export interface Step {
  /** Unique, and the stem of the picture's file name. */
  name: string
  title: string
  prompt: string
  /** The photo goes with the prompt. */
  withPhoto?: boolean
  /** Name of the step it builds on; without it, the head of the session. */
  after?: string
  notice: string
  trouble?: Trouble
}

export const SESSION_TITLE = 'A house by the lake'

export const STEPS: readonly Step[] = [
  {
    name: 'turn-1',
    title: 'Turn 1',
    prompt: 'Plant a few fir trees in front of the house.',
    withPhoto: true,
    notice: 'The photo is uploaded once and kept upstream; the model shows interim pictures while it thinks.',
  },
  {
    name: 'turn-2',
    title: 'Turn 2',
    prompt: 'Now let it be autumn, in warm evening light.',
    notice: 'Only the new sentence was sent here; the service replayed the history with its signatures.',
    trouble: {
      announcement: 'The simulator will answer 503 twice.',
      faults: [{ fault: { kind: 'error', error: 'overloaded' }, times: 2 }],
      notice: 'Refused twice, waited longer each time, then answered by the same model.',
    },
  },
  {
    name: 'turn-3',
    title: 'Turn 3',
    prompt: 'Let it snow: winter has come.',
    notice: 'Third picture of one history, still exact.',
    trouble: {
      announcement: '49 hours pass upstream: the uploaded photo has expired there.',
      clockHours: 49,
      notice: 'The file was gone upstream: uploaded again from our own copy, and the turn went on.',
    },
  },
  {
    name: 'turn-4',
    title: 'Turn 4',
    prompt: 'Make it a clear night with a full moon.',
    notice: 'The end of the main line.',
    trouble: {
      announcement: 'The first model of the chain is withdrawn for one request.',
      faults: [{ fault: { kind: 'model_gone' }, times: 1 }],
      notice:
        'The first model refused for good, so the next one took over; it cannot read foreign signatures, so the history was re-packed.',
    },
  },
  {
    name: 'branch-of-turn-2',
    title: 'Branch from turn 2',
    prompt: 'Rather put this one in a wide frame, as a picture for the wall.',
    after: 'turn-2',
    notice: 'A sibling of turn 3: it knows nothing of snow or night, and the head of the session stays at turn 4.',
  },
]
