import { deleteFile, getFile, listFiles } from '../files/file-routes.ts'
import { continueUpload, startUpload } from '../files/upload-routes.ts'
import { generateContent } from '../generate/generate-content.ts'
import { getModel, listModels } from '../models-routes.ts'
import type { LogEntry } from '../request-log.ts'
import type { ApiExchange } from './exchange.ts'

/** An endpoint of the API; `method` is its name in the log. */
export type Route = {
  verb: string
  path: RegExp
  /** A query parameter that must be there. */
  needs?: string
  call: LogEntry['call']
  method: string
  handle(exchange: ApiExchange): Promise<void>
}

/** The first that fits is taken. All versions are one here: the official client asks for `v1` where raw callers use `v1beta`. */
export const ROUTES: readonly Route[] = [
  {
    verb: 'POST',
    path: /^\/v1(?:beta|alpha)?\/models\/(?<id>[^/:]+):generateContent$/,
    call: 'generate',
    method: 'generateContent',
    handle: generateContent,
  },
  {
    verb: 'POST',
    path: /^\/v1(?:beta|alpha)?\/models\/(?<id>[^/:]+):streamGenerateContent$/,
    call: 'generate',
    method: 'streamGenerateContent',
    handle: generateContent,
  },
  { verb: 'GET', path: /^\/v1(?:beta|alpha)?\/models$/, call: 'models', method: 'models.list', handle: listModels },
  { verb: 'GET', path: /^\/v1(?:beta|alpha)?\/models\/(?<id>[^/:]+)$/, call: 'models', method: 'models.get', handle: getModel },
  {
    verb: 'POST',
    path: /^\/upload\/v1(?:beta|alpha)?\/files$/,
    needs: 'upload_id',
    call: 'upload',
    method: 'files.upload',
    handle: continueUpload,
  },
  { verb: 'POST', path: /^\/upload\/v1(?:beta|alpha)?\/files$/, call: 'upload', method: 'files.start', handle: startUpload },
  { verb: 'GET', path: /^\/v1(?:beta|alpha)?\/files$/, call: 'files', method: 'files.list', handle: listFiles },
  { verb: 'GET', path: /^\/v1(?:beta|alpha)?\/files\/(?<id>[^/:]+)$/, call: 'files', method: 'files.get', handle: getFile },
  { verb: 'DELETE', path: /^\/v1(?:beta|alpha)?\/files\/(?<id>[^/:]+)$/, call: 'files', method: 'files.delete', handle: deleteFile },
]
