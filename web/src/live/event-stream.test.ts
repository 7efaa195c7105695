import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEventParser, type StreamEvent } from './event-stream.ts'

const text =
  'retry: 2000\n\n: ping\n\nid: 7\nevent: d\ndata: {"q":7}\n\nevent: kpi\r\ndata: one\r\ndata:two\r\n\r\ndata\n\nid: 9\n\n'
const expected: StreamEvent[] = [
  { name: 'd', data: '{"q":7}' },
  { name: 'kpi', data: 'one\ntwo' },
  { name: 'message', data: '' },
]

test('events are complete for any chunks of the network', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
      const events: StreamEvent[] = []
      const parse = createEventParser((event) => events.push(event))
      for (let at = 0, k = 0; at < text.length; k++) {
        const size = sizes[k % sizes.length] as number
        parse(text.slice(at, at + size))
        at += size
      }
      assert.deepEqual(events, expected)
    }),
  )
})
