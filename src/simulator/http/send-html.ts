import type { ApiExchange } from './exchange.ts'

/** What a proxy or a load balancer answers when it cannot reach the API: not JSON at all. */
export function sendHtml(exchange: ApiExchange, status: number): void {
  const title = `Error ${status} (Server Error)!!1`
  const text = `<!DOCTYPE html><html lang=en><meta charset=utf-8><title>${title}</title><p><b>${status}.</b> <ins>That’s an error.</ins><p>The server encountered a temporary error and could not complete your request. <ins>That’s all we know.</ins></html>\n`
  exchange.entry.status = status
  exchange.response.writeHead(status, { 'content-type': 'text/html; charset=UTF-8', 'content-length': String(Buffer.byteLength(text)) })
  exchange.response.end(text)
}
