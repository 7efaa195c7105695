/** The cases of pulled feeds, and what holds for any body. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { arrivedAt, runCases } from '../codec-cases.ts'
import { pulledFeedCodec } from './decode.ts'

runCases(() => pulledFeedCodec, path.join(import.meta.dirname, 'cases'))

test('no body makes it throw', () => {
  const feeds = [
    '{"format":"json","fields":{"device":"/id","occupied":"/s","time":"/t"},"zone":"Europe/Berlin"}',
    '{"format":"geojson","fields":{"device":"/id"}}',
    '{"format":"csv","separator":";","fields":{"device":"Nr","occupied":"Frei"}}',
    '{"format":"datex2"}',
    '{',
  ]
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .array(
        fc.constantFrom(
          '<a>',
          '</a>',
          '<parkingStatus>',
          '<parkingSpaceStatus parkingSpaceIndex="1">',
          '</',
          '"',
          '[',
          '{"id":1,"s":"x","t":9e99}',
          ']',
          ';',
          '\n',
        ),
      )
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...feeds), text, (feed, body) => {
      const result = pulledFeedCodec.decode(Buffer.from(body), { arrivedAt, meta: { feed } })
      assert.ok(result.ok || result.error.detail.length < 800)
    }),
    { numRuns: effort(3_000) },
  )
})
