import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { FaultRuleInput } from '../../src/simulator/faults/fault-rule.ts'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, complaint, firstTurn, PRO, partsOf, post, quickSimulator, stream, upload, user } from './api-caller.ts'

type Fault = FaultRuleInput['fault']
type ErrorName = Extract<Fault, { kind: 'error' }>['error']
type RefusalName = Extract<Fault, { kind: 'refusal' }>['refusal']

async function faultySimulator(fault: Fault, match: FaultRuleInput['match'] = {}): Promise<Simulator> {
  return quickSimulator({ faults: [{ match, fault }] })
}

describe('a fault that is an error', () => {
  test.each<[ErrorName, string]>([
    ['overloaded', '503 UNAVAILABLE: The model is overloaded. Please try again later.'],
    ['high_demand', '503 UNAVAILABLE: This model is currently experiencing high demand.'],
    ['unavailable', '503 UNAVAILABLE: The service is currently unavailable.'],
    ['bad_gateway', '502 UNAVAILABLE: Bad Gateway'],
    ['site_overloaded', '529 UNAVAILABLE: '],
    ['internal', '500 INTERNAL: An internal error has occurred. Please retry or report in'],
    ['internal_encountered', '500 INTERNAL: Internal error encountered.'],
    ['deadline_exceeded', '504 DEADLINE_EXCEEDED: Deadline expired before operation could complete.'],
    ['key_leaked', '403 PERMISSION_DENIED: Your API key was reported as leaked.'],
    ['location_unsupported', '400 FAILED_PRECONDITION: User location is not supported for the API use.'],
  ])('%s', async (error, text) => {
    const simulator = await faultySimulator({ kind: 'error', error })
    expect(await complaint(simulator, {})).toContain(text)
    expect(simulator.log()).toMatchObject([{ outcome: 'fault', fault: 'error', generated: false }])
  })

  test('a page of HTML from a gateway', async () => {
    const simulator = await faultySimulator({ kind: 'gateway_html', status: 503 })
    const response = await post(simulator, {})
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/html; charset=UTF-8'])
    expect(await response.text()).toContain('<!DOCTYPE html>')
  })

  test('a model that is gone, and signatures that are refused though they are good', async () => {
    const simulator = await faultySimulator({ kind: 'model_gone' })
    expect(await complaint(simulator, {})).toContain('404 NOT_FOUND')
    simulator.setFaults([{ fault: { kind: 'reject_signatures' } }])
    const { history } = await firstTurn(simulator)
    expect(await complaint(simulator, { body: { contents: [...history, user('more')] } })).toBe(
      '400 INVALID_ARGUMENT: Corrupted thought signature.',
    )
  })
})

describe('a 429', () => {
  const quotaFailure = z.object({ violations: z.array(z.object({ quotaId: z.string() })) })
  const quotaIds = (details: unknown[] = []) =>
    details.flatMap((detail) => quotaFailure.safeParse(detail).data?.violations ?? []).map(({ quotaId }) => quotaId)

  test.each(['48s', '34.4s', '9223372036854775807s'])('per minute with RetryInfo %s', async (retryDelay) => {
    const simulator = await faultySimulator({ kind: 'rate_limited', retryDelay })
    const { error } = await call(simulator)
    expect(error).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' })
    expect(error?.details?.at(-1)).toEqual({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
    expect(quotaIds(error?.details)).toEqual(['GenerateRequestsPerMinutePerProjectPerModel-FreeTier'])
  })

  test('has no Retry-After header', async () => {
    const response = await post(await faultySimulator({ kind: 'rate_limited' }), {})
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, null])
  })

  test.each<[string, Fault, string[], string | undefined]>([
    ['without RetryInfo', { kind: 'rate_limited', retryDelay: null }, ['GenerateRequestsPerMinutePerProjectPerModel-FreeTier'], undefined],
    ['of tokens', { kind: 'rate_limited', quota: 'tokens' }, ['GenerateContentPaidTierInputTokensPerModelPerMinute'], '48s'],
    ['of the day, beside a misleading delay', { kind: 'quota_day' }, ['GenerateRequestsPerDayPerProjectPerModel-FreeTier'], '38s'],
    [
      'with several violations',
      { kind: 'quota_several' },
      [
        'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
        'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
        'GenerateContentPaidTierInputTokensPerModelPerMinute',
      ],
      '38s',
    ],
    ['without any detail', { kind: 'quota_bare' }, [], undefined],
  ])('%s', async (_, fault, ids, retryDelay) => {
    const { error } = await call(await faultySimulator(fault))
    expect(error?.code).toBe(429)
    expect(quotaIds(error?.details)).toEqual(ids)
    expect(error?.details?.find((detail) => 'retryDelay' in detail)?.retryDelay).toBe(retryDelay)
  })

  test('that never clears says limit: 0', async () => {
    expect(await complaint(await faultySimulator({ kind: 'quota_zero' }), {})).toContain(`limit: 0, model: ${PRO}`)
  })
})

describe('a fault of the connection', () => {
  test('silence: the request is taken and never answered', async () => {
    const simulator = await faultySimulator({ kind: 'silence' })
    const caller = new AbortController()
    const pending = post(simulator, { signal: caller.signal })
    const patience = await Promise.race([pending, taken(simulator)])
    expect(patience).toBe('taken')
    caller.abort()
    await expect(pending).rejects.toThrow('aborted')
  })

  test.each([true, false])('drop: the connection closes after the request was read; carried out: %s', async (carriedOut) => {
    const simulator = await faultySimulator({ kind: 'drop', carriedOut })
    await expect(post(simulator, {})).rejects.toThrow()
    expect(simulator.counts()).toMatchObject({ requests: 1, generated: carriedOut ? 1 : 0, byOutcome: { fault: 1 } })
    expect(simulator.log()[0]?.requestBytes).toBeGreaterThan(0)
  })

  test('cut: the body ends after so many bytes, and the generation was carried out', async () => {
    const simulator = await faultySimulator({ kind: 'cut', afterBytes: 300 })
    const response = await post(simulator, { method: 'streamGenerateContent?alt=sse' })
    expect(response.status).toBe(200)
    const received: number[] = []
    const reading = (async () => {
      for await (const chunk of response.body ?? []) received.push(chunk.length)
    })()
    await expect(reading).rejects.toThrow()
    expect(received.reduce((sum, length) => sum + length, 0)).toBe(300)
    expect(simulator.counts().generated).toBe(1)
  })

  test('cut with hang: the body stops and the connection stays', async () => {
    const simulator = await faultySimulator({ kind: 'cut', afterBytes: 300, hang: true })
    const caller = new AbortController()
    const response = await post(simulator, { signal: caller.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(300)
    const next = reader?.read()
    expect(simulator.counts()).toMatchObject({ inFlight: 1, generated: 1 })
    caller.abort()
    await expect(next).rejects.toThrow('aborted')
  })

  test('slow body: it trickles and is whole in the end', async () => {
    const simulator = await faultySimulator({ kind: 'slow_body', chunkBytes: 1_000, everyMs: 2 })
    const response = await post(simulator, {})
    const pieces: number[] = []
    for await (const chunk of response.body ?? []) pieces.push(chunk.length)
    expect(pieces.length).toBeGreaterThan(1)
    expect(simulator.counts().byOutcome).toEqual({ answered: 1 })
  })

  test('error mid-stream: a bare JSON object behind good events', async () => {
    const simulator = await faultySimulator({ kind: 'error_mid_stream' })
    const response = await post(simulator, { method: 'streamGenerateContent?alt=sse' })
    const [first, second] = (await response.text()).split('\r\n\r\n')
    expect(first).toMatch(/^data: \{"candidates": /)
    expect(JSON.parse(second ?? '')).toEqual({ error: { code: 499, message: 'The operation was cancelled.', status: 'CANCELLED' } })
  })

  test('latency is added, and the caller who leaves meanwhile is noted', async () => {
    const simulator = await faultySimulator({ kind: 'latency', ms: 60_000 })
    const caller = new AbortController()
    const pending = post(simulator, { signal: caller.signal })
    expect(await Promise.race([pending, taken(simulator)])).toBe('taken')
    caller.abort()
    await expect(pending).rejects.toThrow('aborted')
    await expect.poll(() => simulator.counts()).toMatchObject({ inFlight: 0, generated: 1, byOutcome: { client_gone: 1 } })
  })
})

async function taken(simulator: Simulator): Promise<'taken'> {
  await expect.poll(() => simulator.log()[0]?.modelVersion).toBe(PRO)
  return 'taken'
}

describe('a 200 without a picture', () => {
  test.each<[RefusalName, object, generated: number]>([
    ['image_safety', { candidates: [{ content: {}, finishReason: 'IMAGE_SAFETY' }] }, 1],
    ['image_prohibited', { candidates: [{ content: { role: 'model' }, finishReason: 'IMAGE_PROHIBITED_CONTENT' }] }, 1],
    ['image_recitation', { candidates: [{ content: {}, finishReason: 'IMAGE_RECITATION' }] }, 1],
    ['image_other', { candidates: [{ content: {}, finishReason: 'IMAGE_OTHER' }] }, 1],
    ['safety', { candidates: [{ content: {}, finishReason: 'SAFETY', safetyRatings: [{ blocked: true }, {}, {}, {}] }] }, 1],
    ['prohibited_content', { candidates: [{ content: {}, finishReason: 'PROHIBITED_CONTENT' }] }, 1],
    ['no_image', { candidates: [{ content: {}, finishReason: 'NO_IMAGE' }] }, 1],
    ['missing_thought_signature', { candidates: [{ content: {}, finishReason: 'MISSING_THOUGHT_SIGNATURE' }] }, 0],
    ['malformed_response', { candidates: [{ content: {}, finishReason: 'MALFORMED_RESPONSE' }] }, 1],
    ['max_tokens', { candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }] }, 1],
    [
      'internal_error',
      { candidates: [{ finishReason: 'OTHER', finishMessage: 'Model failed to generate content due to internal error.' }] },
      1,
    ],
    ['empty_content', { candidates: [{ content: {}, index: 0 }] }, 1],
    ['prompt_safety', { promptFeedback: { blockReason: 'SAFETY' } }, 0],
    ['prompt_prohibited', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 0],
    ['unknown_block', { promptFeedback: { blockReason: 'MODEL_ARMOR' } }, 0],
  ])('%s, unary and streamed', async (refusal, shape, generated) => {
    const simulator = await faultySimulator({ kind: 'refusal', refusal })
    expect(await call(simulator)).toMatchObject({ httpStatus: 200, ...shape })
    expect(await stream(simulator)).toMatchObject([shape])
    expect(simulator.counts()).toMatchObject({ generated: 2 * generated, byOutcome: { fault: 2 }, byStatus: { 200: 2 } })
  })

  test('no candidates at all', async () => {
    const answer = await call(await faultySimulator({ kind: 'refusal', refusal: 'no_candidates' }))
    expect(Object.keys(answer)).toEqual(['usageMetadata', 'modelVersion', 'responseId', 'httpStatus'])
  })
})

describe('a picture under odd circumstances', () => {
  test('a finishReason nobody knows', async () => {
    const answer = await call(await faultySimulator({ kind: 'unknown_finish', finishReason: 'MOON_PHASE' }))
    expect(answer.candidates?.[0]?.finishReason).toBe('MOON_PHASE')
    expect(partsOf(answer)[0]?.inlineData).toBeDefined()
  })

  test('base64 that is broken', async () => {
    const [part] = partsOf(await call(await faultySimulator({ kind: 'wrong_base64' })))
    expect(part?.inlineData?.data).toMatch(/\*!\*$/)
  })

  test('another model answers', async () => {
    expect(await call(await faultySimulator({ kind: 'reroute', to: 'gemini-2.5-flash-image' }))).toMatchObject({
      modelVersion: 'gemini-2.5-flash-image',
    })
  })

  test('all files expire just before the request', async () => {
    const simulator = await faultySimulator({ kind: 'expire_files' }, { nth: { from: 2 } })
    const [{ inlineData }] = [partsOf(await call(simulator))[0] ?? {}]
    const { file } = await upload(simulator, { bytes: Buffer.from(inlineData?.data ?? '', 'base64'), mimeType: 'image/jpeg' })
    const body = { contents: [user('more', { fileData: { mimeType: 'image/jpeg', fileUri: file?.uri } })] }
    expect(await complaint(simulator, { body })).toContain('403 PERMISSION_DENIED: You do not have permission to access the File')
  })
})

describe('a rule strikes', () => {
  const overloaded: Fault = { kind: 'error', error: 'overloaded' }
  const statuses = async (simulator: Simulator, count: number, prompt = 'a house', model = PRO) => {
    const result: number[] = []
    for (let index = 0; index < count; index += 1)
      result.push((await call(simulator, { model, body: { contents: [user(prompt)] } })).httpStatus)
    return result
  }

  test('requests of a range', async () => {
    expect(await statuses(await faultySimulator(overloaded, { nth: { from: 2, to: 3 } }), 4)).toEqual([200, 503, 503, 200])
  })

  test('one model, and counts its requests apart from the others', async () => {
    const simulator = await faultySimulator(overloaded, { model: PRO, nth: { from: 1, to: 1 } })
    expect(await statuses(simulator, 1, 'a house', 'gemini-3.1-flash-image')).toEqual([200])
    expect(await statuses(simulator, 2)).toEqual([503, 200])
  })

  test('pictures of one size', async () => {
    const simulator = await faultySimulator({ kind: 'error', error: 'deadline_exceeded' }, { imageSize: '4K' })
    const sized = (imageSize: string) => ({ body: { contents: [user('a house')], generationConfig: { imageConfig: { imageSize } } } })
    expect([(await call(simulator, sized('4K'))).httpStatus, (await call(simulator, sized('2K'))).httpStatus]).toEqual([504, 200])
  })

  test('so many times and no more', async () => {
    const simulator = await quickSimulator({ faults: [{ times: 2, fault: overloaded }] })
    expect(await statuses(simulator, 3)).toEqual([503, 503, 200])
  })

  test('prompts with certain words', async () => {
    const simulator = await faultySimulator(overloaded, { prompt: 'Night' })
    expect([...(await statuses(simulator, 1, 'make it night')), ...(await statuses(simulator, 1, 'make it day'))]).toEqual([503, 200])
  })

  test('while its clock says so', async () => {
    const simulator = await faultySimulator(overloaded, { fromMs: 60_000, untilMs: 120_000 })
    const seen: number[] = []
    for (let minute = 0; minute < 3; minute += 1) {
      seen.push(...(await statuses(simulator, 1)))
      simulator.advanceClock(60_000)
    }
    expect(seen).toEqual([200, 503, 200])
  })

  test('a share of the requests, the same ones for the same seed', async () => {
    const run = async (seed: string) => {
      const simulator = await quickSimulator({ seed, drawing: 'canned', faults: [{ match: { rate: 0.5 }, fault: overloaded }] })
      return statuses(simulator, 60)
    }
    const [first, again, other] = [await run('a'), await run('a'), await run('b')]
    const hits = first.filter((status) => status === 503).length
    expect(hits).toBeGreaterThan(18)
    expect(hits).toBeLessThan(42)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  test('after those before it that only modify', async () => {
    const simulator = await quickSimulator({
      faults: [{ fault: { kind: 'latency', ms: 1 } }, { fault: overloaded }, { fault: { kind: 'drop' } }],
    })
    expect(await statuses(simulator, 1)).toEqual([503])
  })

  test('uploads where it says so, and not generation', async () => {
    const simulator = await faultySimulator(overloaded, { call: 'upload', nth: { from: 1, to: 1 } })
    expect(await statuses(simulator, 1)).toEqual([200])
    const picture = { bytes: Buffer.from('abc'), mimeType: 'image/jpeg' }
    expect((await upload(simulator, picture)).started.status).toBe(503)
    expect((await upload(simulator, picture)).started.status).toBe(200)
  })

  test('nobody whose request is wrong: that is said first', async () => {
    const simulator = await faultySimulator(overloaded)
    expect(await complaint(simulator, { body: { contents: [] } })).toContain('400 INVALID_ARGUMENT')
  })
})
