import { ApiError, type ErrorDetail } from './api-error.ts'

const SERVICE = 'generativelanguage.googleapis.com'

function keyInvalid(message: string): ErrorDetail[] {
  return [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: SERVICE },
    },
    { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en-US', message },
  ]
}

const KEY_NOT_VALID = 'API key not valid. Please pass a valid API key.'
const KEY_EXPIRED = 'API key expired. Please renew the API key.'

/** Errors that depend on nothing in the request, word for word as wire-facts §4 has them; each can be asked for as a fault. */
export const ERROR_CATALOGUE = {
  overloaded: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
  high_demand: {
    code: 503,
    status: 'UNAVAILABLE',
    message: 'This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.',
  },
  unavailable: { code: 503, status: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
  bad_gateway: { code: 502, status: 'UNAVAILABLE', message: 'Bad Gateway' },
  site_overloaded: { code: 529, status: 'UNAVAILABLE', message: 'The service is overloaded.' },
  internal: {
    code: 500,
    status: 'INTERNAL',
    message: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  },
  internal_encountered: { code: 500, status: 'INTERNAL', message: 'Internal error encountered.' },
  deadline_exceeded: { code: 504, status: 'DEADLINE_EXCEEDED', message: 'Deadline expired before operation could complete.' },
  cancelled: { code: 499, status: 'CANCELLED', message: 'The operation was cancelled.' },
  key_invalid: { code: 400, status: 'INVALID_ARGUMENT', message: KEY_NOT_VALID, details: keyInvalid(KEY_NOT_VALID) },
  key_expired: { code: 400, status: 'INVALID_ARGUMENT', message: KEY_EXPIRED, details: keyInvalid(KEY_EXPIRED) },
  key_leaked: { code: 403, status: 'PERMISSION_DENIED', message: 'Your API key was reported as leaked. Please use another API key.' },
  key_missing: {
    code: 403,
    status: 'PERMISSION_DENIED',
    message:
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  },
  location_unsupported: { code: 400, status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' },
  billing_required: {
    code: 400,
    status: 'FAILED_PRECONDITION',
    message:
      'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio to use the Gemini API.',
  },
  invalid_argument: { code: 400, status: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  unreadable_image: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: 'Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  },
  unfetchable_url: { code: 400, status: 'INVALID_ARGUMENT', message: 'Cannot fetch content from the provided URL.' },
  corrupted_signature: { code: 400, status: 'INVALID_ARGUMENT', message: 'Corrupted thought signature.' },
} satisfies Record<string, { code: number; status: string; message: string; details?: ErrorDetail[] }>

export type CatalogueError = keyof typeof ERROR_CATALOGUE

export const CATALOGUE_ERRORS = Object.keys(ERROR_CATALOGUE).filter((name): name is CatalogueError => name in ERROR_CATALOGUE)

export function catalogueError(name: CatalogueError): ApiError {
  return new ApiError(ERROR_CATALOGUE[name])
}
