/** A small session with everything in it, its bundle as a value to be spoiled, and both ways to write it down again. */
import { zipSync } from 'fflate'
import { Bundle, type Manifest } from '../../src/domain/bundle/bundle.ts'
import { mediaFile, signatureFile } from '../../src/domain/bundle/file-names.ts'
import { DEFAULT_SESSION_SETTINGS } from '../../src/domain/session.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { type SpecPart, type SpecSession, type SpecTurn, sha256 } from './arbitrary-session.ts'
import { type Picture, storeSession } from './store-session.ts'
import { exportBytes } from './two-tenants.ts'

const NOON_MS = Date.UTC(2026, 10, 20, 12)
const SIGNATURE = 'U2lnbmF0dXJl\\u003d'
const mintedBy = { api: 'gemini', model: 'gemini-3-pro-image' }

/** A signed picture. */
const SIGNED_RAW = '{"inlineData":{"mimeType":"image/jpeg","data":""},"thoughtSignature":""}'
const SIGNED: SpecPart = {
  raw: SIGNED_RAW,
  holes: [
    { at: SIGNED_RAW.indexOf('""') + 1, holds: 'image', alphabet: 'base64', padded: true },
    { at: SIGNED_RAW.lastIndexOf('""') + 1, holds: 'signature', sha256: sha256(SIGNATURE), bytes: SIGNATURE.length },
  ],
  ...{ thought: false, picture: 1, signature: SIGNATURE, mintedBy },
}

const row: SpecTurn['output']['row'] = {
  ...{
    model: mintedBy.model,
    image: {},
    fallback: false,
    endpointId: 'gemini',
    leaseEpoch: 1,
    late: false,
    fidelity: 'exact',
    degraded: [],
  },
  ...{
    outcome: 'succeeded',
    httpStatus: 200,
    message: null,
    facts: {},
    request: null,
    next: 'done',
    waitMs: 0,
    billed: 'yes',
    usage: null,
  },
  ...{ costUsd: 0.134, startedAtMs: NOON_MS, endedAtMs: NOON_MS + 900 },
}

const edit: SpecTurn = {
  ...{ parentPick: 9, status: 'succeeded', input: [0, 'add a kite'], attempts: [], output: { row, parts: [SIGNED] }, forked: false },
  ...{ image: {}, policy: {}, metadata: {}, model: 'gemini-3-pro-image', models: null, modelVersion: null, fallback: false, degraded: [] },
  ...{ fidelity: 'exact', error: null, window: null, deadlineMs: null, createdAtMs: NOON_MS },
  ...{ notBeforeMs: null, deadlineAtMs: null, startedAtMs: NOON_MS, endedAtMs: NOON_MS + 1_000 },
}

/** Turn 0, a failed turn 1 after it, and turn 2 after turn 0, which is the head. */
export const SAMPLE: SpecSession = {
  settings: { ...DEFAULT_SESSION_SETTINGS, title: 'A house by the sea' },
  turns: [edit, { ...edit, parentPick: 0, status: 'failed', input: ['ruin it'] }, { ...edit, parentPick: 0, input: ['add a boat'] }],
  headPick: 1,
  ...{ createdAtMs: NOON_MS, updatedAtMs: NOON_MS },
}

export async function storeSample(ctx: ServiceContext, pictures: readonly Picture[]): Promise<string> {
  return (await storeSession(ctx, SAMPLE, pictures)).sessionId
}

export async function sampleBundle(ctx: ServiceContext, pictures: readonly Picture[]): Promise<Bundle> {
  const sessionId = await storeSample(ctx, pictures)
  return Bundle.parse(JSON.parse((await exportBytes(ctx, sessionId, {})).toString()))
}

/** A copy with something else at `path` (`turns.0.parent`); undefined removes it. */
export function changed(bundle: Bundle, path: string, value: unknown): Bundle {
  const copy = structuredClone(bundle)
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let holder: Record<string, unknown> = copy
  for (const step of steps) holder = holder[step] as Record<string, unknown>
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return copy
}

export function asJson(bundle: Bundle): Buffer {
  return Buffer.from(JSON.stringify(bundle))
}

export type Files = Record<string, Uint8Array>

/** The files of the bundle's zip but for the manifest. */
export function filesOf(bundle: Bundle): Files {
  const files: Files = {}
  const media = bundle.media.map(({ data, ...image }) => {
    if (data !== undefined) files[mediaFile(image)] = Buffer.from(data, 'base64')
    return image
  })
  const signatures = bundle.signatures.map(({ characters, ...signature }) => {
    if (characters !== undefined) files[signatureFile(signature)] = Buffer.from(characters)
    return signature
  })
  return { 'bundle.json': asJson({ ...bundle, media, signatures }), ...files }
}

export function manifestOf(files: Files): Manifest {
  const listed = Object.entries(files).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }))
  return { format: 'pentimento.manifest', version: 1, files: listed }
}

/** As another program would pack it; what is worth it, compressed. */
export function asZip(files: Files, manifest: unknown = manifestOf(files)): Buffer {
  return Buffer.from(zipSync({ ...files, 'manifest.json': Buffer.from(JSON.stringify(manifest)) }, { level: 6 }))
}
