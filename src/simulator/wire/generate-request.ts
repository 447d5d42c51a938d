import { z } from 'zod'
import type { EncodedValue } from './base64-sink.ts'

const bytes = z.custom<EncodedValue>((value) => typeof value === 'object' && value !== null && 'wellFormed' in value)

const part = z.looseObject({
  text: z.string().optional(),
  inlineData: z.object({ mimeType: z.string().default(''), data: bytes.optional() }).optional(),
  fileData: z.object({ mimeType: z.string().default(''), fileUri: z.string().default('') }).optional(),
  thought: z.boolean().default(false),
  thoughtSignature: bytes.optional(),
})

/** The fields of a GenerateContentRequest that the simulator acts on, after `readMessage` has gone over all of them. */
export const generateRequestSchema = z.object({
  contents: z.array(z.object({ role: z.string().default('user'), parts: z.array(part).default([]) })).default([]),
  systemInstruction: z.object({ parts: z.array(part).default([]) }).optional(),
  generationConfig: z
    .object({
      responseModalities: z.array(z.string()).default([]),
      imageConfig: z.object({ aspectRatio: z.string().optional(), imageSize: z.string().optional() }).default({}),
      thinkingConfig: z
        .object({
          includeThoughts: z.boolean().default(false),
          thinkingBudget: z.number().optional(),
          thinkingLevel: z.string().optional(),
        })
        .optional(),
      candidateCount: z.number().default(1),
    })
    .prefault({}),
})

export type GenerateRequest = z.infer<typeof generateRequestSchema>
export type RequestContent = GenerateRequest['contents'][number]
export type RequestPart = RequestContent['parts'][number]
