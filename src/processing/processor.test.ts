import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { codecOf } from '../codecs/registry.ts'
import { missing } from '../domain/device.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { listOf, type Store, StoreError } from '../store/store.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import { createProcessor } from './processor.ts'
import { arrivedAt, type Body, drain, journalOf, json, recordMs, slowly, text } from './testing/drained-journal.ts'

/** Bays A, B, P1 and P2; C is nowhere. */
const bay = (id: string, zone?: string) => plainBay(id, { x: 0, y: 0 }, zone ? { zones: [zone] } : {})
const threeBays: Layout = {
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [{ id: 'Z', name: 'Z' }] },
          bays: [bay('A', 'Z'), bay('B'), bay('P1', 'Z'), bay('P2')],
        },
      ],
    },
  ],
}

/** Another site beside a part of the first: places end and begin. A is assigned to device B. */
const twoBays: Layout = {
  ...emptyLayout,
  sites: ['S', 'T'].map((id, i) => ({
    ...{ id, name: id, zone: 'UTC' },
    levels: [
      {
        ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [] },
        bays: [i === 0 ? { ...bay('A'), devices: ['B'] } : bay('P2')],
      },
    ],
  })),
}

const publish = (layout: Layout, base?: number): Body => ({
  kind: 'desk',
  body: JSON.stringify(layout),
  ...(base === undefined ? {} : { base }),
})

interface DrawnFrame {
  readonly epoch?: number
  readonly bay?: 'P1' | 'B'
}
const drawnFrame = (device: 'A' | 'B', occupied: boolean, { epoch, bay }: DrawnFrame = {}) => ({
  ...{ device, seq: 0, occupied, epoch, count_in: undefined, battery_v: undefined, bay },
})
/** A sensor in doubt claims another bay and comes back: once its stay ended at another time after a restart. */
const movedWhileInDoubt = [
  [drawnFrame('A', false)],
  [drawnFrame('B', true), drawnFrame('B', false)],
  [drawnFrame('B', false, { epoch: 1, bay: 'P1' }), drawnFrame('A', false, { epoch: 1 })],
  [drawnFrame('B', false, { bay: 'B' }), drawnFrame('A', false)],
]

describe('the processor', () => {
  test('ends when it is stopped while it asks the store something', { timeout: 5_000 }, async () => {
    const stop = new AbortController()
    const store = createMemoryStore()
    const processor = createProcessor({
      store: {
        ...store,
        async requeuedDeadLetters(limit: number) {
          stop.abort()
          return store.requeuedDeadLetters(limit)
        },
      } as unknown as Store,
      reader: journalOf([]),
      fence: 1,
      durable: {
        waitBeyond: (_, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      },
      codecOf,
      clock: systemClock,
      log: silentLog,
    })
    await processor.run(stop.signal)
  })

  test('stores each reading once, and records the outcome of every frame', async () => {
    const store = createMemoryStore()
    const r = (seq: number, occupied: boolean) => ({ device: 'A-1', boot: 'one', seq, occupied })
    await drain(
      journalOf([
        json([r(1, true), r(2, false), r(2, false)]),
        json([r(1, true), r(4, true), { device: 'A-1' }]),
        { body: '{"device":', framing: 'whole' },
        json([r(4, false)]),
      ]),
      store,
    )
    assert.deepEqual(store.totals(), { committed: 3, duplicate: 2, quarantined: 3, lost: 1, damaged: 0 })
    assert.deepEqual(
      store.readings.map(({ seq }) => seq),
      [1, 2, 4],
    )
    assert.equal(store.deviceOf('A-1')?.occupied, true)
    assert.deepEqual(
      [...store.deadLetters.values()].map(({ code }) => code).sort(),
      ['no-measure', 'not-json', 'sequence-conflict'].sort(),
    )
    assert.equal(
      new TextDecoder().decode([...store.deadLetters.values()].find(({ code }) => code === 'sequence-conflict')?.bytes),
      '{"device":"A-1","boot":"one","seq":4,"occupied":false}',
    )
  })

  test('a late frame repairs the count of missing numbers and never turns live state back', async () => {
    const store = createMemoryStore()
    await drain(
      journalOf([
        json([
          { device: 'A', boot: 1, seq: 1, occupied: true },
          { device: 'A', boot: 1, seq: 3, occupied: false },
        ]),
        json([{ device: 'A', boot: 1, seq: 2, occupied: true }]),
      ]),
      store,
    )
    assert.equal(store.deviceOf('A')?.occupied, false)
    assert.equal(store.totals().lost, 0)
    assert.equal(store.readings.find(({ seq }) => seq === 2)?.quality, 2)
  })

  test('a frame whose codec is mended is stored at the next try, and its ledger entry moves', async () => {
    const store = createMemoryStore()
    await drain(journalOf([{ body: 'nonsense', framing: 'whole' }]), store)
    assert.equal(store.totals().quarantined, 1)
    for (const letter of store.deadLetters.values())
      Object.assign(letter, { bytes: text.encode('{"device":"B","seq":1,"occupied":true}') })
    store.requeueAll()
    await drain(journalOf([{ body: 'nonsense', framing: 'whole' }]), store)
    assert.deepEqual(store.totals(), { committed: 1, duplicate: 0, quarantined: 0, lost: 0, damaged: 0 })
    assert.equal(store.deadLetters.size, 0)
    store.requeueAll()
    await drain(journalOf([{ body: 'nonsense', framing: 'whole' }]), store)
    assert.equal(store.readings.length, 1)
  })

  test('rows the store refuses are quarantined alone; their neighbours are stored', async () => {
    const store = createMemoryStore()
    const commit = store.commit
    store.commit = async (batch) => {
      if (listOf(batch.readings).some(({ seq }) => seq === 13)) throw new StoreError('data', 'out of range')
      return commit(batch)
    }
    await drain(journalOf(Array.from({ length: 20 }, (_, seq) => json([{ device: 'A', seq, occupied: true }]))), store)
    assert.deepEqual(store.totals(), { committed: 19, duplicate: 0, quarantined: 1, lost: 1, damaged: 0 })
    assert.equal([...store.deadLetters.values()][0]?.code, 'store-refused')
  })

  test('a fault that passes while a refused row is looked for quarantines no other frame', async () => {
    const store = createMemoryStore()
    const commit = store.commit
    let trials = 0
    store.commit = async (batch) => {
      if (batch.dry && ++trials === 4) throw new StoreError('transient', 'away for a moment')
      if (listOf(batch.readings).some(({ seq }) => seq === 3)) throw new StoreError('data', 'out of range')
      return commit(batch)
    }
    await drain(journalOf([json(Array.from({ length: 4 }, (_, seq) => ({ device: 'A', seq, occupied: true })))]), store)
    assert.deepEqual(store.totals(), { committed: 3, duplicate: 0, quarantined: 1, lost: 0, damaged: 0 })
  })

  test('of a record of many frames only the refused one is quarantined', async () => {
    const store = createMemoryStore()
    const commit = store.commit
    store.commit = async (batch) => {
      if (listOf(batch.readings).some(({ seq }) => seq === 13 || seq === 17))
        throw new StoreError('data', 'out of range')
      return commit(batch)
    }
    const frames = Array.from({ length: 20 }, (_, seq) => ({ device: 'A', seq, occupied: true }))
    await drain(journalOf([json(frames), json([{ device: 'A', seq: 20, occupied: false }])], 1), store)
    assert.deepEqual(store.totals(), { committed: 19, duplicate: 0, quarantined: 2, lost: 2, damaged: 0 })
    assert.deepEqual(
      [...store.deadLetters.values()].map(({ idx, code, detail }) => [idx, code, detail]),
      [13, 17].map((idx) => [idx, 'store-refused', 'out of range']),
    )
    assert.equal(store.deviceOf('A')?.occupied, false)
  })

  test('a record that does not split as it was counted waits whole, and counts for what it was counted', async () => {
    const store = createMemoryStore()
    const two = [
      { device: 'A', seq: 1, occupied: true },
      { device: 'A', seq: 2, occupied: true },
    ]
    await drain(journalOf([{ ...json(two), counted: 3 }]), store)
    assert.deepEqual(store.totals(), { committed: 0, duplicate: 0, quarantined: 3, lost: 0, damaged: 0 })
    const [letter] = store.deadLetters.values()
    assert.equal(new TextDecoder().decode(letter?.bytes), json(two).body)
  })

  test('frames of records that cannot be read back are counted as damaged', async () => {
    const store = createMemoryStore()
    const damage = { segment: 's', fromRecord: 2, toRecord: 4, bytes: 9, frames: 7, reason: 'planned' }
    await drain(journalOf([json([{ device: 'A', seq: 1, occupied: true }])], 1_000, [damage]), store)
    assert.deepEqual(store.totals(), { committed: 1, duplicate: 0, quarantined: 0, lost: 0, damaged: 7 })
    assert.equal((await store.cursor('test')).position, 4)
  })

  test('accepted frames that cannot be read back raise an alert, with the same id in a database that is made again', async () => {
    const damage = { segment: 's', fromRecord: 2, toRecord: 4, bytes: 9, frames: 7, reason: 'planned' }
    const made = await Promise.all(
      [1, 2].map(async () => {
        const store = createMemoryStore()
        await drain(journalOf([json([{ device: 'A', seq: 1, occupied: true }])], 1_000, [damage]), store)
        return store.alerts()
      }),
    )
    const [first, second] = made
    const [alert, ...others] = first?.alerts ?? []
    assert.deepEqual(others, [])
    assert.deepEqual(
      [alert?.rule, alert?.subject, alert?.value, alert?.raised],
      ['loss', 'journal journal-damage', 7, arrivedAt],
    )
    assert.deepEqual(first?.events, second?.events)
  })

  test('a layout is in effect for every frame behind its record and for none before it, in one batch', async () => {
    const store = createMemoryStore()
    const stay = (seq: number) =>
      json([
        { device: 'A', seq, occupied: true },
        { device: 'A', seq: seq + 1, occupied: false },
      ])
    await drain(journalOf([stay(1), publish(threeBays), stay(3)]), store)
    const { sessions, occupancy } = store.history()
    assert.deepEqual(
      sessions.map(({ bay }) => bay),
      [null, 'A'],
    )
    assert.ok(occupancy.some(({ site, zone, maxOccupied }) => site === 'S' && zone === 'Z' && maxOccupied === 1))
    const [, saved] = store.layouts()
    assert.deepEqual(saved, {
      ...{ version: 2, created: instant(arrivedAt + recordMs), author: 'planner', comment: 'why' },
      published: { journal: 'test', record: 2 },
      layout: threeBays,
    })
  })

  test('a layout is applied once, also when its commit fails, is in doubt, or a row beside it is refused', async () => {
    const stays = [json([{ device: 'A', seq: 1, occupied: true }]), json([{ device: 'A', seq: 2, occupied: false }])]
    const bodies = [...stays, publish(threeBays), json([{ device: 'A', seq: 3, occupied: true }])]
    const calm = createMemoryStore()
    await drain(journalOf(bodies), calm)
    for (const fault of [{ after: false }, { after: true }]) {
      const store = createMemoryStore()
      store.failNext({ error: new StoreError('transient', 'planned'), ...fault })
      await drain(journalOf(bodies, 3), slowly(store))
      assert.deepEqual(store.layouts(), calm.layouts())
      assert.deepEqual(store.history(), calm.history())
    }
    const store = createMemoryStore()
    const commit = store.commit
    store.commit = async (batch) => {
      if (listOf(batch.readings).some(({ seq }) => seq === 13)) throw new StoreError('data', 'out of range')
      return commit(batch)
    }
    await drain(journalOf([...bodies, json([{ device: 'B', seq: 13, occupied: true }])]), store)
    assert.deepEqual(store.layouts(), calm.layouts())
    assert.equal(store.totals().quarantined, 1)
  })

  test('a place that a layout takes away and another brings back goes on as it stood, also after a restart at any record', async () => {
    const one = (seq: number) => json([{ device: 'A', seq, occupied: seq % 2 === 1 }])
    const bodies = [one(1), publish(emptyLayout), one(2), publish(threeBays), one(3), one(4)]
    const [calm, rough] = [createMemoryStore(threeBays), createMemoryStore(threeBays)]
    await drain(journalOf(bodies), calm)
    rough.failNext(...bodies.map(() => ({ error: new StoreError('transient', 'planned'), after: true })))
    await drain(journalOf(bodies, 1), rough)
    assert.deepEqual(rough.history(), calm.history())
  })

  test('a layout behind a doubt that has ended counts from the same moment, also after a restart at any record', async () => {
    const one = (device: string, seq: number, occupied: boolean) => ({ device, seq, occupied })
    const bodies = [
      json([{ ...one('C', 0, false), bay: 'P1' }, one('A', 0, false)]),
      json([one('A', 1, true), one('B', 0, false)]),
      json([one('A', 0, false)]),
      json([one('C', 0, false)]),
      publish(twoBays),
      json([one('A', 0, false)]),
    ]
    const [calm, rough] = [createMemoryStore(threeBays), createMemoryStore(threeBays)]
    await drain(journalOf(bodies), calm)
    rough.failNext(...bodies.map(() => ({ error: new StoreError('transient', 'planned'), after: true })))
    await drain(journalOf(bodies, 1), rough)
    assert.deepEqual(rough.history(), calm.history())
  })

  test('a device that is named like an assigned bay, or claims it, leaves no stay there', async () => {
    const store = createMemoryStore(twoBays)
    const stay = (device: string, bay?: string) =>
      [true, false].map((occupied, i) => ({ device, seq: i + 1, occupied, ...(bay ? { bay } : {}) }))
    await drain(journalOf([json([...stay('A'), ...stay('B'), ...stay('C', 'A'), ...stay('D', 'nowhere')])]), store)
    const { sessions } = store.history()
    const external = (id: number) => ['A', 'B', 'C', 'D'].find((name) => store.deviceOf(name)?.id === id)
    assert.deepEqual(sessions.map(({ device, bay }) => [external(device), bay]).sort(), [
      ['A', null],
      ['B', 'A'],
      ['C', null],
      ['D', 'nowhere'],
    ])
  })

  test('a layout that was made from another than the newest is refused, also after a restart at any record', async () => {
    const bodies = [
      publish(threeBays, 0),
      publish(twoBays, 1),
      publish(emptyLayout, 1),
      publish(emptyLayout, 0),
      json([{ device: 'A', seq: 1, occupied: true }]),
      publish(threeBays, 2),
    ]
    for (const faults of [0, bodies.length]) {
      const store = createMemoryStore()
      store.failNext(
        ...Array.from({ length: faults }, () => ({ error: new StoreError('transient', 'planned'), after: true })),
      )
      await drain(journalOf(bodies, faults > 0 ? 1 : 1_000), store)
      assert.deepEqual(
        store.layouts().map(({ published }) => published?.record),
        [undefined, 1, 2, 6],
      )
      assert.equal(store.totals().committed, 1)
    }
  })

  test('a published layout that cannot be read leaves the one before in effect and stops nothing', async () => {
    const store = createMemoryStore(threeBays)
    const broken: readonly Body[] = [
      { kind: 'desk', body: 'no JSON' },
      { kind: 'desk', body: '{"sites":7}' },
    ]
    await drain(journalOf([...broken, json([{ device: 'A', seq: 1, occupied: true }])]), store)
    assert.equal(store.layouts().length, 1)
    assert.equal(store.totals().committed, 1)
    assert.ok(store.history().occupancy.length > 0)
  })

  test('for any batches, faults and commits in doubt the end is the same and every frame is counted once', async () => {
    const frame = fc.record({
      device: fc.constantFrom('A', 'B', 'C'),
      seq: fc.integer({ min: 0, max: 12 }),
      occupied: fc.boolean(),
      epoch: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      count_in: fc.option(fc.integer({ min: 0, max: 70_000 }), { nil: undefined }),
      battery_v: fc.option(fc.constantFrom(3, 3.3, 3.6), { nil: undefined }),
      bay: fc.option(fc.constantFrom('P1', 'P2', 'B'), { nil: undefined }),
    })
    const fault = fc.record({ kind: fc.constantFrom('transient' as const, 'capacity' as const), after: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { arbitrary: fc.array(frame, { minLength: 1, maxLength: 6 }), weight: 5 },
            { arbitrary: fc.constantFrom(threeBays, twoBays, emptyLayout), weight: 1 },
          ),
          { minLength: 1, maxLength: 12 },
        ),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fault, { maxLength: 6 }),
        async (drawn, perRead, faults) => {
          const [calm, rough] = [createMemoryStore(threeBays), createMemoryStore(threeBays)]
          const bodies = drawn.map((one) => (Array.isArray(one) ? json(one) : publish(one)))
          await drain(journalOf(bodies), calm)
          rough.failNext(...faults.map(({ kind, after }) => ({ error: new StoreError(kind, 'planned'), after })))
          await drain(journalOf(bodies, perRead), slowly(rough))
          assert.deepEqual(rough.readings, calm.readings)
          assert.deepEqual(rough.totals(), calm.totals())
          assert.deepEqual(rough.history(), calm.history())
          assert.deepEqual(rough.layouts(), calm.layouts())
          for (const device of ['A', 'B', 'C']) assert.deepEqual(rough.deviceOf(device), calm.deviceOf(device))
          const { committed, duplicate, quarantined, lost } = calm.totals()
          assert.equal(committed + duplicate + quarantined, drawn.filter(Array.isArray).flat().length)
          const placed = calm.readings.filter(({ epoch }) => epoch >= 0)
          const keys = placed.map(({ device, epoch, seq }) => `${device}:${epoch}:${seq}`)
          assert.equal(new Set(keys).size, keys.length, 'one identity is stored once')
          let gaps = 0
          for (const device of ['A', 'B', 'C']) {
            const state = calm.deviceOf(device)
            if (state) gaps += missing(state)
          }
          assert.equal(lost, gaps)
        },
      ),
      { numRuns: effort(300), examples: [[movedWhileInDoubt, 3, [{ kind: 'transient', after: true }]]] },
    )
  })
})
