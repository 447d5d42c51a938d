/** Turns and what belongs to them, as examples. */
import { addressOf, BEGAN_AT, ENDED_AT, FIRST_MODEL, PHOTO, PICTURE, SECOND_MODEL, SESSION, SHA256, TURN } from './ids.ts'

const PROMPT = { type: 'text', text: 'Let it be autumn' }

export const NEW_TURN = { parts: [PROMPT, { type: 'image', mediaId: PHOTO }], image: { size: '2K' } }

export const TURN_OPTIONS = { image: { size: '2K' }, deadlineMs: 180_000 }

export const ADOPTION = { attempt: 1 }

const USAGE = {
  promptTokens: 1_142,
  outputTokens: 1_120,
  thoughtTokens: 214,
  totalTokens: 2_476,
  promptByModality: [
    { modality: 'TEXT', tokens: 22 },
    { modality: 'IMAGE', tokens: 1_120 },
  ],
  outputByModality: [{ modality: 'IMAGE', tokens: 1_120 }],
}

const OUTPUT_IMAGE = {
  type: 'image',
  mediaId: PICTURE,
  url: addressOf(PICTURE),
  mimeType: 'image/png',
  width: 2400,
  height: 1792,
  thought: false,
}

const ATTEMPT = { model: FIRST_MODEL, endpoint: 'gemini', image: { size: '2K' }, late: false }

export const TURN_SHOWN = {
  id: TURN,
  sessionId: SESSION,
  parentId: null,
  siblingIds: [],
  index: 0,
  status: 'succeeded',
  version: 9,
  input: { parts: [PROMPT, { type: 'image', mediaId: PHOTO, url: addressOf(PHOTO), mimeType: 'image/jpeg' }] },
  image: { size: '2K' },
  policy: {},
  metadata: {},
  models: null,
  strategy: null,
  notBefore: null,
  window: null,
  deadlineAt: '2026-11-20T11:49:03.120Z',
  waitingUntil: null,
  waitReason: null,
  output: { parts: [OUTPUT_IMAGE], image: OUTPUT_IMAGE },
  model: FIRST_MODEL,
  modelVersion: FIRST_MODEL,
  fallback: false,
  degraded: [],
  historyFidelity: 'exact',
  attempts: [
    {
      ...ATTEMPT,
      ...{ n: 1, startedAt: BEGAN_AT, durationMs: 1_204, outcome: 'overloaded', httpStatus: 503, message: 'The model is overloaded.' },
      ...{ next: 'retry', waitMs: 2_310, billed: 'no', usage: null, costUsd: 0 },
    },
    {
      ...ATTEMPT,
      ...{ n: 2, startedAt: '2026-11-20T11:46:06.640Z', durationMs: 23_000, outcome: 'succeeded', httpStatus: 200, message: null },
      ...{ next: 'done', waitMs: 0, billed: 'yes', usage: USAGE, costUsd: 0.137 },
    },
  ],
  usage: USAGE,
  costUsd: 0.137,
  billed: 'yes',
  error: null,
  queuePosition: 0,
  createdAt: BEGAN_AT,
  startedAt: BEGAN_AT,
  endedAt: ENDED_AT,
}

const SENT_REQUEST = {
  endpoint: 'gemini',
  model: FIRST_MODEL,
  systemInstruction: null,
  safetySettings: [],
  image: { size: '2K' },
  includeThoughts: true,
  contents: [
    { role: 'user', parts: [PROMPT, { type: 'image', sentAs: 'inline', mimeType: 'image/jpeg', sha256: SHA256, bytes: 214_003 }] },
  ],
  size: { bytes: 286_114, images: 1, tokens: 1_142, signatureBytes: 0 },
}

export const SENT_REQUESTS = { attempts: [{ n: 1, startedAt: BEGAN_AT, request: SENT_REQUEST }] }

export const TURN_PLAN = {
  parentId: null,
  models: [FIRST_MODEL, SECOND_MODEL],
  next: {
    ...{ action: 'attempt', endpoint: 'gemini', model: FIRST_MODEL, image: { size: '2K' } },
    ...{ degraded: [], fallback: false, timeoutMs: 180_000 },
  },
  historyFidelity: 'exact',
  leftOut: { images: 0, turns: 0 },
  request: SENT_REQUEST,
  estimatedCostUsd: 0.134,
}

export const MEDIA_SHOWN = {
  id: PICTURE,
  sha256: SHA256,
  mimeType: 'image/png',
  bytes: 1_720_205,
  width: 2400,
  height: 1792,
  url: addressOf(PICTURE),
  thumbnailUrl: addressOf(PICTURE, 'thumbnail'),
  createdAt: ENDED_AT,
  lineage: { turnId: TURN, from: [PHOTO] },
}

/** The `data` lines of what happens to it, in short. */
export const EVENTS = [
  'id: 1',
  'event: turn.queued',
  `data: {"type":"turn.queued","turnId":"${TURN}","sessionId":"${SESSION}","seq":1,"at":"${BEGAN_AT}"}`,
  '',
  'id: 2',
  'event: turn.waiting',
  `data: {"type":"turn.waiting","turnId":"${TURN}","sessionId":"${SESSION}","seq":2,"at":"${BEGAN_AT}","untilMs":1795175166640,"because":"overloaded"}`,
  '',
  '',
].join('\n')

export const EVENT_SHOWN = {
  ...{ type: 'attempt.started', turnId: TURN, sessionId: SESSION, seq: 4, at: BEGAN_AT },
  ...{ n: 1, model: FIRST_MODEL, endpoint: 'gemini', fallback: false },
}
