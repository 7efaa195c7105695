import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceMessage } from '@baykeeper/contract/sources.ts'
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../lib/brand.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, readingRow, until } from './testing/api-under-test.ts'

test('the newest messages of a source come with what became of each, and no other source is among them', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const now = Date.now()
  const at = (ms: number) => instant(now - ms)
  const reading = (device: number, seq: number, ms: number, more = {}) =>
    readingRow(device, seq, { ...{ pos: 10 * device + seq, time: at(ms), arrived: at(ms) }, occupied: true, ...more })
  const devices = [
    deviceState(1, 'A', { lastTime: at(1_000), lastArrived: at(1_000) }),
    deviceState(2, 'B', { lastTime: at(3_000), lastArrived: at(3_000) }),
    deviceState(3, 'C', { source: 'other', lastTime: at(0), lastArrived: at(0) }),
  ]
  const readings = [
    reading(1, 1, 5_000, { occupied: false }),
    reading(1, 2, 1_000),
    reading(2, 1, 3_000, { quality: qualityBits.late }),
    reading(3, 1, 0),
  ]
  const letter = { pos: 90, idx: 0, codec: 'generic', code: 'not-json' as const, detail: 'the bytes are not JSON' }
  const bytes = Buffer.from('nonsense')
  await api.commit({
    ...{ devices, readings },
    deadLetters: [{ ...letter, source: 'gate', arrived: at(2_000), bytes, head: '{}' }],
  })
  const messages = async (source: string) =>
    (await api.app.inject({ url: `/api/v1/sources/${source}/messages`, headers: bearer })).json<{
      items: SourceMessage[]
    }>().items
  await until(async () => (await messages('gate')).length === 4)
  assert.deepEqual(
    (await messages('gate')).map(({ device, bay, verdict, occupied }) => [device, bay, verdict, occupied]),
    [
      ['A', 'A', 'accepted', true],
      [null, null, 'not-decoded', undefined],
      ['B', null, 'late', true],
      ['A', 'A', 'accepted', false],
    ],
  )
  assert.deepEqual(await messages('nothing'), [])
})

test('the listeners are those that are open now, and name the machine that reaches them', async () => {
  const urls = { ingest: 'http://127.0.0.1:4711', tcp: 'tcp://0.0.0.0:7001' }
  await using api = await apiUnderTest({ urls })
  const { items } = (await api.app.inject({ url: '/api/v1/listeners', headers: bearer })).json()
  assert.deepEqual(items, [
    { kind: 'ingest', url: 'http://127.0.0.1:4711', local: true },
    { kind: 'tcp', url: 'tcp://0.0.0.0:7001', local: false },
  ])
})
