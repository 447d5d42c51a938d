import { catalogueError } from '../wire/error-catalogue.ts'
import { type Exchange, header } from './exchange.ts'

const DEFAULT_PROJECT = 'default'

/**
 * The project behind the key, which comes as `x-goog-api-key` or `?key=` and may be anything that is not configured as bad.
 * @throws ApiError 403 without a key, 400 API_KEY_INVALID
 */
export function authenticate(exchange: Exchange): string {
  const { badKeys, projects } = exchange.simulation.settings
  const key = header(exchange, 'x-goog-api-key') || exchange.url.searchParams.get('key') || ''
  if (key === '') throw catalogueError('key_missing')
  if (badKeys.includes(key)) throw catalogueError('key_invalid')
  return projects[key] ?? DEFAULT_PROJECT
}
