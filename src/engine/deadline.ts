/** One deadline over waits, retries, fallbacks and repairs, from the moment the turn may start. */
import type { ImageSettings } from '../domain/image-settings.ts'
import type { ModePolicy } from './policy.ts'

type DeadlinePolicy = Pick<ModePolicy, 'deadlineMs' | 'deadline4kMs' | 'minimumSliceMs'>

/** Length of the deadline in ms: the policy's for this size, or the caller's where that is shorter (null: none given). */
export function deadlineLengthMs(policy: DeadlinePolicy, image: ImageSettings, askedMs: number | null): number {
  const oursMs = image.size === '4K' ? policy.deadline4kMs : policy.deadlineMs
  return Math.min(oursMs, askedMs ?? oursMs)
}

/** Least time an attempt must have, in ms. Of a deadline shorter than the slice it is a quarter, or nothing could be tried twice. */
export function minimumSliceMs(policy: DeadlinePolicy, lengthMs: number): number {
  return lengthMs < policy.minimumSliceMs ? Math.floor(lengthMs / 4) : policy.minimumSliceMs
}
