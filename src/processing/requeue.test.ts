import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Codec } from '../codecs/codec.ts'
import type { Reading } from '../domain/reading.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { instant } from '../lib/brand.ts'
import type { Framing } from '../lib/frames.ts'
import { countFrames } from '../lib/frames.ts'
import { silentLog } from '../lib/log.ts'
import { fail, ok } from '../lib/result.ts'
import { dayNumber } from '../lib/utc-day.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import { createBatch } from './batch.ts'
import { decodeRecord } from './decode-record.ts'
import { createFleet } from './fleet.ts'
import { type RequeueDeps, requeueOnce } from './requeue.ts'

const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))
const today = dayNumber(arrivedAt)

/** A frame is a JSON list of readings. */
const listCodec: Codec = {
  name: 'list',
  decode(bytes) {
    try {
      return ok(JSON.parse(new TextDecoder().decode(bytes)) as Reading[])
    } catch {
      return fail({ code: 'not-json', detail: 'no list' })
    }
  },
}
const r = (device: string, seq: number, occupied = true) => ({ device, boot: 'one', seq, measures: { occupied } })

function house() {
  const store = createMemoryStore()
  const fleet = createFleet([])
  let position = 0
  const known: Record<string, Codec> = { list: listCodec }
  const codecOf = (name: string) => known[name]
  return {
    store,
    known,
    async commit(text: string, { codec = 'list', framing = 'lines' as Framing, uplink = true, meta = {} } = {}) {
      const body = new TextEncoder().encode(text)
      const bytes = uplink ? encodeUplink({ source: 'http', codec, framing, arrivedAt, meta, bytes: body }) : body
      const frames = countFrames(framing, body)
      const record = { number: position + 1, kind: 1 as const, frames, bytes, acceptedFrames: 0, noiseFrames: 0 }
      const batch = createBatch(fleet, store)
      await batch.addRecord(decodeRecord(record, codecOf, 0))
      const { readings, deadLetters, ledger } = batch.rows
      await store.commit({
        ...{ journal: 'test', from: position, to: ++position, fence: 1, readings, deadLetters, deadLettersDone: [] },
        ...{ devices: fleet.touched(), ledger: ledger.rows() },
        losses: { ...batch.losses(), losses: [], intakeDays: [] },
      })
      fleet.settle()
    },
    async requeue(devicesNow?: RequeueDeps['devicesNow']) {
      store.requeueAll()
      const limits = devicesNow ? { devicesNow } : {}
      const deps = { store: store as never, reader: { id: 'test' }, fence: 1, codecOf, log: silentLog, ...limits }
      return requeueOnce(deps, { fleet, position, base: 0 })
    },
    days: () => store.sensorDays().map(({ day, ...row }) => ({ ...row, day: day - today })),
  }
}

const none = { day: 0, committed: 0, duplicate: 0, quarantined: 0, lost: 0, readings: 0 }

test('a record that waits as a whole is split when it is decoded again, and every frame ends for itself', async () => {
  const { store, known, commit, requeue, days } = house()
  const lines = [[r('A', 1)], [r('A', 2), r('B', 1)], 'broken', [r('A', 2)]].map((one) => JSON.stringify(one))
  await commit(lines.join('\n').replace('"broken"', '{'), { codec: 'later' })
  const ledger = () =>
    store.ledger().map(({ committed, duplicate, quarantined }) => [committed, duplicate, quarantined])
  assert.deepEqual([store.deadLetters.size, ledger()], [1, [[0, 0, 4]]])
  assert.equal(await requeue(), 1, 'still unknown: tried, and waiting again')
  assert.deepEqual([store.deadLetters.size, ledger()], [1, [[0, 0, 4]]])
  known['later'] = listCodec
  await requeue()
  assert.deepEqual([[...store.deadLetters.keys()], ledger()], [['1.2'], [[2, 1, 1]]])
  assert.deepEqual(days(), [
    { ...none, device: 1, committed: 2, duplicate: 1, readings: 2 },
    { ...none, device: 2, committed: 1, readings: 1 },
  ])
})

test('of several sensors in a frame that comes again, only those that were quarantined are counted again', async () => {
  const { store, known, commit, requeue, days } = house()
  await commit(JSON.stringify([r('A', 5)]))
  await commit(JSON.stringify([r('A', 5, false), r('B', 1)]))
  const before = [
    { ...none, device: 1, committed: 1, quarantined: 1, readings: 1 },
    { ...none, device: 2, committed: 1, readings: 1 },
  ]
  assert.deepEqual(days(), before)
  await requeue()
  assert.deepEqual(days(), before, 'the conflict is one still')
  known['list'] = {
    ...listCodec,
    decode: () => ok([r('A', 9, false), r('B', 1), r('C', 1)] as unknown as Reading[]),
  }
  await requeue()
  assert.deepEqual(days(), [
    { ...none, device: 1, committed: 2, lost: 3, readings: 2 },
    { ...none, device: 2, committed: 1, readings: 1 },
    { ...none, device: 3, committed: 1, readings: 1 },
  ])
  assert.deepEqual([store.deadLetters.size, store.totals().quarantined, store.totals().committed], [0, 0, 2])
})

test('what was stored of a frame in conflict is not stored again, and stands in no way of what is new', async () => {
  const { store, known, commit, requeue, days } = house()
  const unnumbered = (device: string) => ({ device, measures: { occupied: true } })
  await commit(JSON.stringify([r('B', 13)]))
  await commit(JSON.stringify([r('B', 13, false), unnumbered('A'), unnumbered('B'), r('A', 7)]))
  const before = days()
  assert.equal(store.readings.length, 4)
  for (let i = 0; i < 3; i++) await requeue()
  assert.deepEqual([store.readings.length, store.deadLetters.size, days()], [4, 1, before])
  known['list'] = {
    ...listCodec,
    decode: () => ok([r('C', 1), r('D', 1), r('B', 14), r('A', 7)] as unknown as Reading[]),
  }
  await requeue()
  assert.deepEqual([store.readings.length, store.deadLetters.size], [7, 0])
  assert.equal(new Set(store.readings.map(({ pos, idx }) => `${pos}.${idx}`)).size, 7)
})

test('bytes that were no uplink of a known format are read as one when they have become one', async () => {
  const { store, commit, requeue } = house()
  const bytes = encodeUplink({
    source: 'mqtt',
    codec: 'list',
    framing: 'lines',
    arrivedAt,
    bytes: new TextEncoder().encode('[]'),
  })
  await commit('no uplink at all', { framing: 'whole', uplink: false })
  const [[id, letter] = assert.fail('nothing waits')] = store.deadLetters
  assert.deepEqual([letter.source, store.totals().quarantined], ['unknown', 1])
  store.deadLetters.set(id, { ...letter, bytes })
  await requeue()
  assert.deepEqual(
    store.ledger().map(({ source, committed, quarantined }) => [source, committed, quarantined]),
    [
      ['mqtt', 1, 0],
      ['unknown', 0, 0],
    ],
  )
})

test('a frame that is decoded again keeps the limit of its token, however much came with it', async () => {
  const { store, known, commit, requeue } = house()
  const meta = { devices: 'A-*', columns: 'x'.repeat(3_000) }
  await commit(JSON.stringify([r('B', 1)]), { codec: 'later', meta })
  await commit(JSON.stringify([r('B', 2)]), { meta })
  const [, limited = assert.fail('nothing waits')] = [...store.deadLetters.values()]
  assert.deepEqual(JSON.parse(limited.head).meta, { devices: 'A-*' })
  known['later'] = listCodec
  await requeue()
  assert.deepEqual(
    [...store.deadLetters.values()].map(({ code }) => code),
    ['foreign-device', 'foreign-device'],
  )
  assert.equal(store.readings.length, 0)
})

test('what is tried again is judged by the limits of the token as they are now', async () => {
  for (const [before, now, isTaken] of [
    ['B', ['A'], true],
    ['B', null, true],
    ['B', undefined, false],
    ['B', ['C', 'B'], false],
  ] as const) {
    const { store, commit, requeue } = house()
    await commit(JSON.stringify([r('A', 1)]), { meta: { devices: before } })
    assert.equal(store.deadLetters.size, 1)
    await requeue((source) => (source === 'http' ? now : undefined))
    assert.equal(store.deadLetters.size, isTaken ? 0 : 1, `${before}, then ${now}`)
  }
  const { store, known, commit, requeue } = house()
  await commit(JSON.stringify([r('A', 1)]), { codec: 'later' })
  known['later'] = listCodec
  await requeue(() => ['B'])
  const [letter] = store.deadLetters.values()
  assert.equal(letter?.code, 'foreign-device', 'a limit that was set since counts')
})

test('a message whose rule is long is decoded again with its rule', async () => {
  const { store, known, commit, requeue } = house()
  await commit('x', { codec: 'later', framing: 'whole', meta: { rule: 'r'.repeat(9_000) } })
  known['later'] = {
    name: 'later',
    decode: (_, { meta }) => ok([r(`${meta['rule']?.length}`, 1) as unknown as Reading]),
  }
  await requeue()
  assert.deepEqual([store.deadLetters.size, store.deviceOf('9000')?.external], [0, '9000'])
})
