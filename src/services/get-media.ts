import type { Media } from '../domain/media.ts'
import type { Verb } from './context.ts'
import { reachMedia } from './scope.ts'

export const getMedia: Verb<{ mediaId: string }, Media> = ({ ctx, input }) => reachMedia(ctx, input.mediaId)
