/** What people are told who start the simulator, or open it in a browser: what it is, and how to point a client at it. */
export function greeting(url: string): string {
  return [
    `A simulated Gemini API is at ${url} (any API key will do).`,
    `Point a client at it:   new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: '${url}' } })`,
    `or by the environment:  GOOGLE_GEMINI_BASE_URL=${url}`,
    `What it was asked:      GET ${url}/simulator/log, /simulator/counts, /simulator/files`,
    `What goes wrong:        PUT ${url}/simulator/faults   e.g. [{"match":{"rate":0.5},"fault":{"kind":"error","error":"overloaded"}}]`,
    '',
  ].join('\n')
}
