/**
 * Spans to an OpenTelemetry collector, as OTLP over HTTP in JSON. The official SDK weighs 28 MB and cannot hang an attempt below a
 * turn that another node began; what is needed of it is this.
 */
import { request } from 'undici'
import type { Tracing } from '../config/tracing.ts'
import { describeError } from '../domain/describe-error.ts'
import type { Clock, Logger, Tracer } from '../domain/ports.ts'
import type { Span } from '../domain/trace.ts'

export interface OtlpTracer extends Tracer {
  /** Sends what is left. */
  close(): Promise<void>
}

/** As the SDK's batch processor: every 5 s, 512 at once, and no more than 2,048 kept for a collector that is away. */
const PERIOD_MS = 5_000
const AT_ONCE = 512
const KEPT_MAX = 2_048
const TIME_LIMIT_MS = 10_000

export function createOtlpTracer(tracing: Tracing, { clock, logger }: { clock: Clock; logger: Logger }): OtlpTracer {
  let waiting: Span[] = []
  let dropped = 0
  const closed = new AbortController()

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, AT_ONCE)
      waiting = waiting.slice(AT_ONCE)
      try {
        await send(tracing, batch)
      } catch (error) {
        logger.warn('traces.failed', { spans: batch.length, dropped, error: describeError(error) })
        return
      }
    }
  }
  async function run(): Promise<void> {
    while (!closed.signal.aborted) {
      await clock.sleep(PERIOD_MS, closed.signal).catch(() => undefined)
      await flush()
    }
  }
  const running = run()

  return {
    samples: (traceId) => Number.parseInt(traceId.slice(-8), 16) < tracing.share * 2 ** 32,
    record: (span) => {
      if (waiting.length < KEPT_MAX) waiting.push(span)
      else dropped += 1
    },
    close: async () => {
      closed.abort()
      await running
    },
  }
}

async function send({ url, headers, resource }: Tracing, spans: readonly Span[]): Promise<void> {
  const scopeSpans = [{ scope: { name: 'pentimento' }, spans: spans.map(toOtlp) }]
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] })
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    headersTimeout: TIME_LIMIT_MS,
    bodyTimeout: TIME_LIMIT_MS,
  })
  await answer.body.dump()
  if (answer.statusCode >= 300) throw new Error(`the collector answered ${answer.statusCode}`)
}

/** Numbers of the protocol's enums (opentelemetry-proto, `trace.proto`). */
const KIND: Readonly<Record<Span['kind'], number>> = { internal: 1, server: 2, client: 3 }
const STATUS_UNSET = 0
const STATUS_ERROR = 2

function toOtlp(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KIND[span.kind],
    startTimeUnixNano: `${span.startedAtMs}000000`,
    endTimeUnixNano: `${span.endedAtMs}000000`,
    attributes: attributesOf(span.attributes),
    status: { code: span.failed ? STATUS_ERROR : STATUS_UNSET },
  }
}

function attributesOf(values: Readonly<Record<string, string | number | boolean>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
