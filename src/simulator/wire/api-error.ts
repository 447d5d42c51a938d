/** One entry of `error.details`: a google.rpc message with its `@type`. */
export type ErrorDetail = { '@type': string } & Record<string, unknown>

/** An answer of the API that is an error: thrown anywhere, written by the router in the shape of wire-facts §4. */
export class ApiError extends Error {
  readonly code: number
  readonly status: string
  readonly details: ErrorDetail[]

  /** @param error `code` is the HTTP status, `status` the google.rpc name */
  constructor(error: { code: number; status: string; message: string; details?: ErrorDetail[] }) {
    super(error.message)
    this.code = error.code
    this.status = error.status
    this.details = error.details ?? []
  }

  /** `{"error": {…}}`; `details` only where there are some. */
  body() {
    const { code, message, status, details } = this
    return { error: { code, message, status, ...(details.length > 0 ? { details } : {}) } }
  }
}

export function invalidArgument(message: string, details?: ErrorDetail[]): ApiError {
  return new ApiError({ code: 400, status: 'INVALID_ARGUMENT', message, ...(details ? { details } : {}) })
}

/** A request body that cannot be mapped onto the API's messages; all complaints in one answer. */
export function invalidPayload(violations: { field: string; description: string }[]): ApiError {
  return invalidArgument(violations.map(({ description }) => description).join('\n'), [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ])
}

export function modelNotFound(model: string): ApiError {
  return new ApiError({
    code: 404,
    status: 'NOT_FOUND',
    message: `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.`,
  })
}

/** Expired, deleted, never there, or another project's: one text for all (wire-facts §3.3). */
export function fileGone(fileId: string): ApiError {
  return new ApiError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: `You do not have permission to access the File ${fileId} or it may not exist.`,
  })
}

export function fileNotActive(fileId: string): ApiError {
  return new ApiError({
    code: 400,
    status: 'FAILED_PRECONDITION',
    message: `The File ${fileId} is not in an ACTIVE state and usage is not allowed.`,
  })
}

export function payloadTooLarge(bytesMax: number): ApiError {
  return invalidArgument(`Request payload size exceeds the limit: ${bytesMax} bytes.`)
}
