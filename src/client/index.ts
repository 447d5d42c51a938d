/** `pentimento/client`: what an application imports. */
export type * from './contract.ts'
export { type Client, type ClientOptions, createClient } from './create-client.ts'
export { Edit } from './edit.ts'
export { EditingSession, type EditRequest, type TurnsQuery } from './editing-session.ts'
export * from './errors.ts'
export { hasEnded } from './follow-turn.ts'
export type { ImageInput } from './media.ts'
export type { ExportOptions } from './sessions.ts'
