import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEventStream, type StreamedEvent } from '../../src/node/demo/event-stream.ts'

async function read(pieces: Iterable<Uint8Array>): Promise<StreamedEvent[]> {
  const body = (async function* () {
    yield* pieces
  })()
  const events: StreamedEvent[] = []
  for await (const event of readEventStream(body)) events.push(event)
  return events
}

const encode = (text: string) => new TextEncoder().encode(text)

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

test('events are the same wherever the network cuts them and however lines end', async () => {
  const text = 'id: 1\nevent: turn.started\ndata: {"who":"Müller"}\n\n: still here\n\nid: 2\nevent: part.text\ndata: one\ndata: two\n\n'
  const expected = [
    { id: '1', type: 'turn.started', data: '{"who":"Müller"}' },
    { id: '2', type: 'part.text', data: 'one\ntwo' },
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(), { maxLength: 12 }), async (lineEnd, cuts) => {
      // Behind a lone CR at the very end a LF might follow, so that a reader must wait: the comment shows that none does.
      const bytes = encode(`${text}: end\n`.replaceAll('\n', lineEnd))
      expect(await read(cutAt(bytes, cuts))).toEqual(expected)
    }),
  )
})

test('an event the stream breaks off within is not reported', async () => {
  expect(await read([encode('id: 1\ndata: whole\n\nid: 2\ndata: ha')])).toEqual([{ id: '1', type: 'message', data: 'whole' }])
})
