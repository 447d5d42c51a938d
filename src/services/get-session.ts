import type { Session } from '../domain/session.ts'
import type { Verb } from './context.ts'
import { reachSession } from './scope.ts'

export const getSession: Verb<{ sessionId: string }, Session> = ({ ctx, input }) => reachSession(ctx, input.sessionId)
