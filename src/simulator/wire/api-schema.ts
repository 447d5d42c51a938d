/**
 * The request messages of the Gemini API (Google's OpenAPI description, revision 20260413, and wire-facts §1.2), as data: field → type.
 * A type is a scalar, the name of another message or enum here, or one of these with `[]` behind it. `any` is taken as it is.
 */
export const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GenerateContentRequest: {
    model: 'string',
    contents: 'Content[]',
    systemInstruction: 'Content',
    tools: 'Tool[]',
    toolConfig: 'any',
    safetySettings: 'SafetySetting[]',
    generationConfig: 'GenerationConfig',
    cachedContent: 'string',
    serviceTier: 'string',
    store: 'bool',
  },
  Content: { role: 'string', parts: 'Part[]' },
  Part: {
    text: 'string',
    inlineData: 'Blob',
    fileData: 'FileData',
    functionCall: 'any',
    functionResponse: 'any',
    executableCode: 'any',
    codeExecutionResult: 'any',
    toolCall: 'any',
    toolResponse: 'any',
    thought: 'bool',
    thoughtSignature: 'bytes',
    partMetadata: 'any',
    mediaResolution: 'any',
    videoMetadata: 'any',
  },
  Blob: { mimeType: 'string', data: 'bytes', displayName: 'string' },
  FileData: { mimeType: 'string', fileUri: 'string', displayName: 'string' },
  SafetySetting: { category: 'HarmCategory', threshold: 'HarmBlockThreshold' },
  Tool: {
    functionDeclarations: 'any',
    googleSearch: 'any',
    googleSearchRetrieval: 'any',
    codeExecution: 'any',
    urlContext: 'any',
    fileSearch: 'any',
    computerUse: 'any',
    mcpServers: 'any',
    googleMaps: 'any',
  },
  GenerationConfig: {
    responseModalities: 'Modality[]',
    imageConfig: 'ImageConfig',
    thinkingConfig: 'ThinkingConfig',
    candidateCount: 'int',
    seed: 'int',
    temperature: 'number',
    topP: 'number',
    topK: 'number',
    maxOutputTokens: 'int',
    stopSequences: 'string[]',
    responseMimeType: 'string',
    responseSchema: 'any',
    responseJsonSchema: 'any',
    presencePenalty: 'number',
    frequencyPenalty: 'number',
    responseLogprobs: 'bool',
    logprobs: 'int',
    mediaResolution: 'string',
    speechConfig: 'any',
    enableEnhancedCivicAnswers: 'bool',
  },
  ImageConfig: { aspectRatio: 'string', imageSize: 'string' },
  ThinkingConfig: { includeThoughts: 'bool', thinkingBudget: 'int', thinkingLevel: 'ThinkingLevel' },
}

/** The enums that are checked, with the type name that error texts give. */
export const ENUMS: Readonly<Record<string, { typeName: string; values: readonly string[] }>> = {
  HarmCategory: {
    typeName: 'type.googleapis.com/google.ai.generativelanguage.v1beta.HarmCategory',
    values: ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT', 'CIVIC_INTEGRITY', 'JAILBREAK', 'UNSPECIFIED'].map(
      (name) => `HARM_CATEGORY_${name}`,
    ),
  },
  HarmBlockThreshold: {
    typeName: 'type.googleapis.com/google.ai.generativelanguage.v1beta.SafetySetting.HarmBlockThreshold',
    values: ['HARM_BLOCK_THRESHOLD_UNSPECIFIED', 'BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF'],
  },
  Modality: {
    typeName: 'type.googleapis.com/google.ai.generativelanguage.v1beta.GenerationConfig.Modality',
    values: ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO'],
  },
  ThinkingLevel: {
    typeName: 'type.googleapis.com/google.ai.generativelanguage.v1beta.GenerationConfig.ThinkingConfig.ThinkingLevel',
    values: ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'],
  },
}

/** The fields of a part of which exactly one must be set (the `data` oneof). */
export const PART_DATA_FIELDS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
] as const
