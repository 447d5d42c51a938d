import type { ModelEntry } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { ModelRequest } from '../domain/model-call.ts'
import type { TurnRun } from './turn-run.ts'

/** The next request of a run, with its contents as planned or placed. Only what the model takes is asked of it. */
export function requestOf(
  run: TurnRun,
  image: ImageSettings,
  entry: ModelEntry,
  endpoint: Endpoint,
  contents: ModelRequest['contents'],
): ModelRequest {
  const { size, aspectRatio } = image
  return {
    turnId: run.turn.id,
    attempt: run.attempts.length + 1,
    endpointId: endpoint.id,
    model: entry.id,
    contents,
    systemInstruction: run.session.systemInstruction,
    safetySettings: run.session.safetySettings,
    image: { aspectRatio, size: entry.takesImageSize ? size : undefined },
    includeThoughts: entry.takesIncludeThoughts,
    timeoutMs: entry.timeoutMs[size ?? '1K'],
  }
}
