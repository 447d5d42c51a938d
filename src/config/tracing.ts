/** OpenTelemetry's own variables, as far as they concern traces (opentelemetry.io, "Environment Variable Specification"). */
import { z } from 'zod'
import { httpRoot } from './read-values.ts'

export interface Tracing {
  /** Where spans are posted, as OTLP in JSON. */
  url: string
  headers: Readonly<Record<string, string>>
  resource: Readonly<Record<string, string>>
  /** Share of traces begun here that are kept; callers' own decisions are followed. */
  share: number
}

/** `key=value` pairs joined by commas, values percent-encoded. */
const pairs = z.string().transform((text, ctx): Record<string, string> => {
  const found = text.split(',').filter((pair) => pair.trim() !== '')
  const parsed = found.map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair))
  if (parsed.includes(null)) ctx.addIssue({ code: 'custom', message: 'must be key=value pairs joined by commas' })
  return Object.fromEntries(parsed.flatMap((match) => (match === null ? [] : [[match[1] ?? '', decoded(match[2] ?? '')]])))
})

export const TRACING_VARIABLES = {
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpRoot.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpRoot.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.default({}),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.default({}),
  OTEL_RESOURCE_ATTRIBUTES: pairs.default({}),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(
      ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
      'must be a sampler of the OpenTelemetry specification',
    )
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(1),
}

type Variables = z.infer<z.ZodObject<typeof TRACING_VARIABLES>>

/** Null unless an endpoint is set: nothing is traced then, and nothing of tracing loaded. */
export function tracingOf(variables: Variables): Tracing | null {
  const base = variables.OTEL_EXPORTER_OTLP_ENDPOINT
  const url = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base === undefined ? undefined : `${base}/v1/traces`)
  const off = variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || variables.OTEL_TRACES_EXPORTER === 'none'
  if (url === undefined || off) return null
  const name = variables.OTEL_SERVICE_NAME ?? variables.OTEL_RESOURCE_ATTRIBUTES['service.name'] ?? 'pentimento'
  return {
    url,
    headers: { ...variables.OTEL_EXPORTER_OTLP_HEADERS, ...variables.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    resource: { ...variables.OTEL_RESOURCE_ATTRIBUTES, 'service.name': name },
    share: shareOf(variables),
  }
}

function shareOf({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share }: Variables): number {
  if (sampler.endsWith('always_off')) return 0
  return sampler.endsWith('traceidratio') ? share : 1
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
