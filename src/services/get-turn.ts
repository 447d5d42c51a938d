import type { Turn } from '../domain/turn.ts'
import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'

export const getTurn: Verb<{ turnId: string }, Turn> = ({ ctx, input }) => reachTurn(ctx, input.turnId)
