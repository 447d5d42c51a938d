import { describe, expect, it } from 'vitest'
import { UnreadableAnswer } from '../../src/gemini/unreadable-answer.ts'
import { evenCuts, read } from './reading.ts'

const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(3000, 7)])
const data = jpeg.toString('base64')

function answer(parts: string, rest = '"finishReason":"STOP"'): string {
  return `{"candidates":[{"content":{"parts":[${parts}],"role":"model"},${rest}}]}`
}
const events = (...documents: string[]) => documents.map((text) => `data: ${text}\r\n\r\n`).join('')

describe('parts', () => {
  it('keep their text as received, with image and signature taken out', async () => {
    const part = `{ "inlineData" : {"mimeType":"image/png", "data": "${data}"},\n "thoughtSignature":"c2ln", "new\\u0046ield": 1.50 }`
    const { parts, replayed, imageOf } = await read(answer(part))
    expect(parts).toMatchObject([
      {
        raw: '{ "inlineData" : {"mimeType":"image/png", "data": ""},\n "thoughtSignature":"", "new\\u0046ield": 1.50 }',
        thought: false,
        signed: true,
        text: null,
        image: { mimeType: 'image/jpeg', bytes: jpeg.length, width: null, height: null },
      },
    ])
    expect(imageOf(parts[0])).toEqual(jpeg)
    expect(replayed).toEqual([part])
  })

  it('keep the order in which they came, thoughts among them', async () => {
    const { parts } = await read(events(answer('{"text":"a"},{"text":"b","thought":true}', '"index":0'), answer('{"text":"c"}')))
    expect(parts.map(({ text, thought }) => [text, thought])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ])
  })

  it('of empty text are dropped, unless they are signed or say something else', async () => {
    const { parts } = await read(
      answer('{"text":""},{},{"text":"","thought":true},{"text":"","thoughtSignature":"c2ln"},{"text":"","partMetadata":{}}'),
    )
    expect(parts.map(({ raw }) => raw)).toEqual(['{"text":"","thoughtSignature":""}', '{"text":"","partMetadata":{}}'])
  })

  it('of other candidates are passed over, by place and by index', async () => {
    const others = '{"candidates":[{"content":{"parts":[{"text":"first"}]}},{"content":{"parts":[{"text":"second"}]}}]}'
    const { parts } = await read(events(others, '{"candidates":[{"content":{"parts":[{"text":"third"}]},"index":1}]}'))
    expect(parts.map(({ text }) => text)).toEqual(['first'])
  })

  it('given twice under one key count the last time, as for JSON.parse', async () => {
    const { parts } = await read('{"candidates":[{"content":{"parts":[{"text":"a"}]},"content":{"parts":[{"text":"b"}]}}]}')
    expect(parts.map(({ text }) => text)).toEqual(['b'])
    const { parts: none } = await read(answer('{"text":"x","inlineData":{"data":"AAAA"},"inlineData":{}}'))
    expect(none[0]?.image).toBeNull()
  })

  it('keep signatures as they stand between the quotes, escapes and all', async () => {
    const { replayed, stores } = await read(answer('{"text":"a","thoughtSignature":"ab\\/c\\u003d"}'), evenCuts(200, 1))
    expect(replayed).toEqual(['{"text":"a","thoughtSignature":"ab\\/c\\u003d"}'])
    expect([...stores.marks.values()].map(String)).toEqual(['ab\\/c\\u003d'])
  })

  it('have their images decoded from escaped base64, wherever it is cut', async () => {
    const escaped = data.replaceAll('/', '\\/').replaceAll('=', '\\u003d').replaceAll('A', '\\u0041')
    const body = answer(`{"inlineData":{"data":"${escaped}"}}`)
    for (const size of [1, 5, 7, 64]) {
      const { imageOf, parts } = await read(body, evenCuts(body.length, size))
      expect(imageOf(parts[0])).toEqual(jpeg)
    }
  })

  it.each([
    ['89504e470d0a1a0a0000000d', 'image/png'],
    ['ffd8ffe000104a4649460001', 'image/jpeg'],
    ['524946460000000057454250', 'image/webp'],
    ['000000206674797068656963', 'image/heic'],
    ['000000206674797061766966', 'image/avif'],
    ['000102030405060708090a0b', 'image/claimed'],
  ])('of bytes %s are %s, whatever is claimed', async (hex, mimeType) => {
    const { parts } = await read(
      answer(`{"inlineData":{"mimeType":"image/claimed","data":"${Buffer.from(hex, 'hex').toString('base64')}"}}`),
    )
    expect(parts[0]?.image?.mimeType).toBe(mimeType)
  })

  it.each(['text/html', 'image/svg+xml', 'image/x\\r\\nSet-Cookie: a=b', 'image/x\\u0000'])(
    'of an unknown kind never pass for the %s they are claimed to be',
    async (claimed) => {
      const { parts } = await read(answer(`{"inlineData":{"mimeType":"${claimed}","data":"AAECAwQF"}}`))
      expect(parts[0]?.image?.mimeType).toBe('application/octet-stream')
    },
  )
})

describe('what else an answer says', () => {
  it('is read to the end of the body: the last finish and the last usage count', async () => {
    const usage = (total: number) => `{"usageMetadata":{"totalTokenCount":${total}},"responseId":"r${total}"}`
    const { summary, parts } = await read(
      events(answer('{"text":"a"}'), usage(1379), answer('{"text":"b"}', '"finishReason":"RECITATION"'), usage(1289)),
    )
    expect(parts).toHaveLength(2)
    expect(summary).toMatchObject({ finishReason: 'RECITATION', usage: { totalTokens: 1289 }, responseId: 'r1289' })
  })

  it('survives fields of a shape nobody expects', async () => {
    const odd =
      '{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":7,"safetyRatings":"none"}],"usageMetadata":[],"modelVersion":{}}'
    const { summary, parts, error } = await read(odd)
    expect(error).toBeNull()
    expect(parts).toHaveLength(1)
    expect(summary).toMatchObject({ finishReason: null, usage: null, modelVersion: null })
  })

  it('is freed of what the database cannot hold, lest a picture be lost for a name', async () => {
    const names = '"finishReason":"STOP","safetyRatings":[{"category":"C\\u0000","probability":"\\udc00"}]'
    const usage = '"usageMetadata":{"promptTokenCount":9,"promptTokensDetails":[{"modality":"TE\\u0000XT\\ud800","tokenCount":9}]}'
    const { summary } = await read(
      `{"candidates":[{"content":{"parts":[{"text":"a"}]},${names}}],${usage},"modelVersion":"m\\u0000","responseId":"r\\ud800"}`,
    )
    expect(summary).toMatchObject({
      modelVersion: 'm',
      responseId: 'r\ufffd',
      ratings: [{ category: 'C', probability: '\ufffd' }],
      usage: { promptByModality: [{ modality: 'TEXT\ufffd', tokens: 9 }] },
    })
  })

  it.each([-1, 1.5, 1e18, '"many"'])('is no count of tokens where it is %s', async (count) => {
    const usage = `"usageMetadata":{"promptTokenCount":${count},"candidatesTokenCount":7,"promptTokensDetails":[{"modality":"TEXT","tokenCount":${count}}]}`
    const { summary } = await read(`{"candidates":[{"content":{"parts":[{"text":"a"}]}}],${usage}}`)
    expect(summary.usage).toMatchObject({ promptTokens: null, outputTokens: 7, promptByModality: [{ modality: 'TEXT', tokens: 0 }] })
  })
})

describe('a body that cannot be read is refused, and leaves nothing half stored', () => {
  const image = (text: string) => answer(`{"inlineData":{"data":"${text}"}}`)
  it.each([
    ['nothing', ''],
    ['HTML', '<html><body>Bad gateway</body></html>'],
    ['JSON of another kind', '{"this":[{"is":{}}]}'],
    ['text', 'upstream connect error'],
    ['an image cut in the middle', image(data).slice(0, 900)],
    ['an event cut in the middle, with another after it', `data: ${image(data).slice(0, 900)}\r\n\r\n${events(answer('{"text":"b"}'))}`],
    [
      'a signature cut in the middle, with an event after it',
      `data: ${answer('{"thoughtSignature":"abc').slice(0, 70)}\n\ndata: ","x":{}}\n\n`,
    ],
    ['an array that is never closed', `[${answer('{"text":"a"}')}`],
    ['base64 of a wrong character', image('AAAA*AAA')],
    ['base64 of both alphabets', image('A+AAA_AA')],
    ['base64 that ends in mid-group', image('AAAAA')],
    ['base64 with half its padding', image('AAAAAA=')],
    ['base64 that goes on after its padding', image(`${'A'.repeat(62)}==AAAA`)],
    ['base64 with an escape outside Latin-1', image('AAA\\u0141AAAA')],
    ['a broken escape in a signature', answer('{"thoughtSignature":"ab\\x"}')],
    ['a broken escape in a key', '{"candidates":[{"cont\\x":1}]}'],
    ['brackets that do not match', '{"candidates":[}}'],
    ['nesting without end', `{"candidates":${'['.repeat(500)}`],
  ])('%s', async (_, body) => {
    for (const size of [1, 64, 100_000]) {
      const { error, sink } = await read(body, evenCuts(body.length, size))
      expect(error).toBeInstanceOf(UnreadableAnswer)
      expect(sink.closed).toBe(sink.opened)
    }
  })

  it('a part, or anything else, of more than its limit', async () => {
    const long = 'x'.repeat(1_200_000)
    expect((await read(answer(`{"text":"${long}"}`))).error).toBeInstanceOf(UnreadableAnswer)
    expect((await read(answer(`{"text":"${long.slice(0, 1_000_000)}"}`))).error).toBeNull()
    expect((await read(`{"candidates":[],"x":"${long}${long}"}`)).error).toBeInstanceOf(UnreadableAnswer)
  })

  it('an answer of more bytes than an answer may have', async () => {
    const body = image(data)
    const { error, sink } = await read(body, evenCuts(body.length, 500), 2000)
    expect(error).toMatchObject({ message: 'the answer is longer than 2000 bytes' })
    expect(sink).toMatchObject({ opened: 1, closed: 1 })
    expect((await read(body, evenCuts(body.length, 500), body.length)).error).toBeNull()
  })
})
