/** The states of bays as they are stored, through the whole of processing. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { type DeskChange, encodeDeskEntry } from '../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { packJson } from '../lib/packed-json.ts'
import { StoreError } from '../store/store.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { arrivedAt, type Body, drain, journalOf, json, slowly, text } from './testing/drained-journal.ts'

const minuteMs = 60_000
const layoutOf = (
  bays: Layout['sites'][number]['levels'][number]['bays'],
  devices: Layout['devices'] = [],
): Layout => ({
  ...emptyLayout,
  devices,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [{ id: 'Z', name: 'Z' }], bays }],
    },
  ],
})
const at = { x: 0, y: 0 }
const facts = [
  { device: 'A', heartbeatS: 240 },
  { device: 'B', heartbeatS: 1_200 },
]
/** B1 is watched by two devices. */
const wide = layoutOf(
  [
    plainBay('B1', at, { devices: ['A', 'B'], zones: ['Z'] }),
    plainBay('B2', at, { devices: ['C'] }),
    plainBay('B3', at),
  ],
  facts,
)
const swapped = layoutOf([plainBay('B1', at, { devices: ['A'] }), plainBay('B2', at, { devices: ['B'], closed: true })])
const layouts = { wide, swapped, none: emptyLayout }
const packed = Object.fromEntries(
  await Promise.all(Object.entries(layouts).map(async ([name, layout]) => [name, await packJson(layout)] as const)),
) as Record<keyof typeof layouts, Uint8Array>

const desk = (change: DeskChange | ((now: Instant) => DeskChange), more: Partial<Body> = {}): Body => ({
  body: '',
  record: {
    kind: 4,
    bytes: (now) => {
      const made = typeof change === 'function' ? change(now) : change
      return encodeDeskEntry({ author: 'desk', reason: 'why', at: now, change: made })
    },
  },
  ...more,
})
const override = (
  id: string,
  bays: readonly string[],
  state: 'free' | 'occupied' | 'reserved' | 'closed',
  forMs?: number,
  inMs?: number,
) =>
  desk((now) => ({
    ...{ is: 'override', id, bays, state },
    until: forMs === undefined ? null : instant(now + (inMs ?? 0) + forMs),
    ...(inMs === undefined ? {} : { from: instant(now + inMs) }),
  }))
const end = (id: string) => desk({ is: 'override-end', id })
/** A heartbeat of the journal. */
const beat = (afterMs: number): Body => ({
  body: '',
  afterMs,
  record: {
    kind: 3,
    bytes: (now) => text.encode(JSON.stringify({ at: now, upTo: 0, received: 0, refused: 0, sources: {} })),
  },
})

const rowsOf = (store: MemoryStore) => {
  const { states, changes, overrides } = store.bays()
  const { sessions, occupancy, counts, health } = store.history()
  return { states: states.map(({ rev: _, ...row }) => row), changes, overrides, sessions, occupancy, counts, health }
}
const stateOf = (store: MemoryStore, bay: string) => store.bays().states.find((row) => row.bay === bay)?.state
const run = (bodies: readonly Body[], store: MemoryStore, perRead?: number) =>
  drain(journalOf(bodies, perRead), store, { checkpointFacts })

describe('an override', () => {
  const free = json([{ device: 'C', seq: 1, occupied: false }])

  test('is in effect for every frame behind its record, and ends at its time without any frame', async () => {
    const store = createMemoryStore(wide)
    await run(
      [free, override('o', ['B2'], 'reserved', 5 * minuteMs), json([{ device: 'C', seq: 2, occupied: true }])],
      store,
    )
    assert.equal(stateOf(store, 'B2'), 'reserved')
    await run(
      [
        free,
        override('o', ['B2'], 'reserved', 5 * minuteMs),
        json([{ device: 'C', seq: 2, occupied: true }]),
        beat(6 * minuteMs),
      ],
      store,
    )
    assert.equal(stateOf(store, 'B2'), 'occupied')
    const changes = store.bays().changes.filter(({ bay }) => bay === 'B2')
    assert.deepEqual(
      changes.map(({ time, state, cause }) => [(time - arrivedAt) / 1_000, state, cause]),
      [
        [0, 'free', 'device'],
        [25, 'reserved', 'override'],
        [325, 'occupied', 'device'],
      ],
    )
    const [row] = store.bays().overrides
    assert.deepEqual([row?.endedAt, row?.endedBy], [arrivedAt + 325_000, null])
  })

  test('that is planned ahead begins and ends at its times, also where processing was started again before', async () => {
    const planned = override('fair', ['B2'], 'closed', 60 * minuteMs, 10 * minuteMs)
    const bodies = [free, planned, override('now', ['B2'], 'reserved'), beat(9 * minuteMs), beat(62 * minuteMs)]
    for (let at = 1; at <= bodies.length; at++) {
      const store = createMemoryStore(wide)
      if (at < bodies.length) await run(bodies.slice(0, at), store, 1)
      await run(bodies, store)
      const changes = store.bays().changes.filter(({ bay }) => bay === 'B2')
      assert.deepEqual(
        changes.map(({ state, override }) => [state, override]),
        [
          ['free', null],
          ['reserved', 'now'],
        ],
        'the one that was set later outranks it',
      )
      const fair = store.bays().overrides.find(({ id }) => id === 'fair')
      assert.deepEqual([(fair?.from ?? 0) - arrivedAt, (fair?.endedAt ?? 0) - arrivedAt], [625_000, 4_225_000])
    }
    const alone = createMemoryStore(wide)
    await run([free, planned, beat(9 * minuteMs), beat(62 * minuteMs)], alone)
    assert.deepEqual(
      alone
        .bays()
        .changes.filter(({ bay }) => bay === 'B2')
        .map(({ time, state }) => [(time - arrivedAt) / 1_000, state]),
      [
        [0, 'free'],
        [625, 'closed'],
        [4_225, 'free'],
      ],
    )
  })

  test('that is withdrawn before it begins sets nothing', async () => {
    const store = createMemoryStore(wide)
    await run(
      [free, override('fair', ['B2'], 'closed', undefined, 10 * minuteMs), end('fair'), beat(62 * minuteMs)],
      store,
    )
    assert.equal(stateOf(store, 'B2'), 'free')
    const [row] = store.bays().overrides
    assert.ok(row && row.endedAt !== null && row.endedAt < row.from, JSON.stringify(row))
  })

  test('keeps stays as they are, wherever processing starts again while its sensor reports something else', async () => {
    for (const state of ['free', 'occupied', 'reserved', 'closed'] as const) {
      const report = (seq: number, occupied: boolean) => json([{ device: 'C', boot: 1, seq, occupied }])
      const bodies = [
        ...[report(1, false), override('o', ['B2'], state), report(2, true), report(3, false), end('o')],
        ...[report(4, true), report(5, false)],
      ]
      const whole = createMemoryStore(wide)
      await run(bodies, whole)
      for (let at = 1; at < bodies.length; at++) {
        const store = createMemoryStore(wide)
        await run(bodies.slice(0, at), store, 1)
        await run(bodies, store)
        assert.deepEqual(rowsOf(store), rowsOf(whole), `${state}, started again after record ${at}`)
      }
    }
  })

  test('of two the newer one counts, and when it ends the one beneath it counts again', async () => {
    const store = createMemoryStore(wide)
    const bodies = [free, override('a', ['B2', 'B3'], 'closed'), override('b', ['B2'], 'occupied'), end('b'), end('a')]
    const after: (string | undefined)[][] = []
    for (let many = 1; many <= bodies.length; many++) {
      await run(bodies.slice(0, many), store)
      after.push([stateOf(store, 'B2'), stateOf(store, 'B3')])
    }
    assert.deepEqual(after, [
      ['free', undefined],
      ['closed', 'closed'],
      ['occupied', 'closed'],
      ['closed', 'closed'],
      ['free', 'unknown'],
    ])
    assert.deepEqual(
      store.bays().overrides.map(({ id, endedBy }) => [id, endedBy]),
      [
        ['a', 'desk'],
        ['b', 'desk'],
      ],
    )
  })

  test('that is written twice is one, also after it has ended and after a restart', async () => {
    const store = createMemoryStore(wide)
    const twice = [free, override('o', ['B2'], 'closed'), end('o'), override('o', ['B2'], 'closed')]
    await run(twice.slice(0, 3), store)
    await run(twice, store)
    assert.equal(stateOf(store, 'B2'), 'free')
    assert.equal(store.bays().overrides.length, 1)
  })

  test('whose time is over when it is met was never in force, and is kept', async () => {
    const store = createMemoryStore(wide)
    await run([free, override('o', ['B2'], 'closed', -1)], store)
    assert.equal(stateOf(store, 'B2'), 'free')
    assert.equal(store.bays().changes.length, 1)
    assert.notEqual(store.bays().overrides[0]?.endedAt, null)
  })

  test('keeps a bay out of the occupancy of its places: closed is no capacity, reserved is taken', async () => {
    const store = createMemoryStore(wide)
    const ends = () => {
      const row = store
        .newestOccupancy()
        .then((rows) => rows.find(({ level, spanMs }) => level === null && spanMs === minuteMs))
      return row.then((found) => [found?.capacity, found?.occupiedEnd, found?.knownEnd])
    }
    const bodies = [free, override('a', ['B2'], 'reserved'), override('b', ['B3'], 'closed'), end('a')]
    const seen = []
    for (let many = 1; many <= bodies.length; many++) {
      await run(bodies.slice(0, many), store)
      seen.push(await ends())
    }
    assert.deepEqual(seen, [
      [3, 0, 1],
      [3, 1, 1],
      [2, 1, 1],
      [2, 0, 1],
    ])
  })
})

test('a sensor at another bay than before knows nothing of it until its next reading', async () => {
  const on = (bays: Readonly<Record<string, readonly string[]>>) =>
    layoutOf(Object.entries(bays).map(([id, devices]) => plainBay(id, at, { devices })))
  const report = (device: string, seq: number, occupied = false) => json([{ device, seq, occupied }])
  const begin = [report('C', 1), report('D', 1), report('E', 1)]
  const cases: [string, Layout, Layout, string, string][] = [
    ['moved', on({ X: ['C'], Y: [] }), on({ X: [], Y: ['C'] }), 'Y', 'unknown'],
    ['in place of another', on({ X: ['C'] }), on({ X: ['D'] }), 'X', 'unknown'],
    ['swapped', on({ X: ['C'], Y: ['D'] }), on({ X: ['D'], Y: ['C'] }), 'X', 'unknown'],
    ['assigned for the first time', on({ X: [] }), on({ X: ['E'] }), 'X', 'free'],
    ['at a bay with a new name', on({ X: ['C'] }), on({ Z: ['C'] }), 'Z', 'free'],
    ['where it was', on({ X: ['C'], Y: ['D'] }), on({ X: ['C'] }), 'X', 'free'],
  ]
  for (const [about, before, after, bay, wanted] of cases) {
    const store = createMemoryStore(before)
    const change: Body = { kind: 'desk', body: JSON.stringify(after) }
    await run([...begin, change], store, 1)
    assert.equal(stateOf(store, bay), wanted, about)
    await run([...begin, change, report('C', 2, true), report('D', 2, true), report('E', 2, true)], store, 1)
    assert.equal(stateOf(store, bay), 'occupied', about)
  }
})

test('a device of a short heartbeat is silent by that, and by the clock of the journal alone', async () => {
  const store = createMemoryStore(wide)
  const both = json([
    { device: 'A', seq: 1, occupied: false },
    { device: 'C', seq: 1, occupied: false },
  ])
  await run([both, beat(10 * minuteMs - 1)], store)
  assert.equal(stateOf(store, 'B1'), 'free')
  await run([both, beat(10 * minuteMs - 1), beat(1)], store)
  assert.deepEqual([stateOf(store, 'B1'), stateOf(store, 'B2')], ['unknown', 'free'])
  assert.equal(store.bays().states.find(({ bay }) => bay === 'B1')?.since, arrivedAt + 10 * minuteMs)
})

const device = fc.constantFrom('A', 'B', 'C', 'B3')
const frames = fc.array(
  fc.record({
    device,
    seq: fc.integer({ min: 0, max: 40 }),
    occupied: fc.option(fc.boolean(), { freq: 8 }),
    bay: fc.option(fc.constantFrom('B2', 'B3'), { nil: undefined, freq: 8 }),
    battery_low: fc.option(fc.boolean(), { nil: undefined, freq: 3 }),
    lateS: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 4 },
)
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 60 * minuteMs })),
  what: fc.oneof(
    { weight: 10, arbitrary: frames.map((of) => ({ is: 'frames', of }) as const) },
    { weight: 2, arbitrary: fc.constant({ is: 'beat' } as const) },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant('override' as const),
        id: fc.constantFrom('o1', 'o2', 'o3', 'o4'),
        bays: fc.subarray(['B1', 'B2', 'B3', 'gone'], { minLength: 1 }),
        state: fc.constantFrom('free', 'occupied', 'reserved', 'closed'),
        forMs: fc.option(fc.integer({ min: -1, max: 40 * minuteMs }), { nil: undefined }),
        inMs: fc.option(fc.integer({ min: -1, max: 40 * minuteMs }), { nil: undefined }),
      }),
    },
    { weight: 2, arbitrary: fc.constantFrom('o1', 'o2', 'o3').map((id) => ({ is: 'end', id }) as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('wide', 'swapped', 'none').map((name) => ({ is: 'layout', name }) as const),
    },
  ),
})

function bodiesOf(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Body[] {
  let now: number = arrivedAt
  return steps.map(({ afterMs, what }): Body => {
    now += afterMs
    switch (what.is) {
      case 'frames':
        return {
          ...json(
            what.of.map(({ lateS, occupied, ...reading }) => ({
              ...reading,
              ...{ occupied, ...(lateS === undefined ? {} : { time: new Date(now - lateS * 1_000).toISOString() }) },
            })),
          ),
          afterMs,
        }
      case 'beat':
        return beat(afterMs)
      case 'override':
        return { ...override(what.id, what.bays, what.state, what.forMs, what.inMs), afterMs }
      case 'end':
        return { ...end(what.id), afterMs }
      default:
        return { kind: 'desk', body: packed[what.name], afterMs }
    }
  })
}

test('live equals replay: wherever batches are cut, commits fail and the server is started again, the rows are the same', async () => {
  const fault = fc.record({ kind: fc.constantFrom('transient' as const, 'capacity' as const), after: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fault, { maxLength: 8 }),
      async (steps, perRead, faults) => {
        const bodies = bodiesOf(steps)
        const [calm, rough, restarted] = [createMemoryStore(wide), createMemoryStore(wide), createMemoryStore(wide)]
        await run(bodies, calm)
        rough.failNext(...faults.map(({ kind, after }) => ({ error: new StoreError(kind, 'planned'), after })))
        await drain(journalOf(bodies, perRead), slowly(rough), { checkpointFacts })
        for (let many = perRead; many < bodies.length; many += perRead) await run(bodies.slice(0, many), restarted)
        await run(bodies, restarted)
        assert.deepEqual(rowsOf(rough), rowsOf(calm))
        assert.deepEqual(rowsOf(restarted), rowsOf(calm))
        for (const { bay, state, cause } of calm.bays().states)
          if (state === 'free' && cause === 'device') assertFree(calm, bay)
      },
    ),
    { numRuns: effort(60) },
  )
})

/** No bay is free while a device that watches it by claim or assignment reports another state, unless it is silent. */
function assertFree(store: MemoryStore, bay: string) {
  const row = store.bays().states.find((one) => one.bay === bay)
  const devices = ['A', 'B', 'C', 'B3'].flatMap((external) => store.deviceOf(external) ?? [])
  const rests = devices.find(({ id }) => id === row?.device)
  assert.equal(rests?.occupied, false, `${bay} is free, and the device that it rests on does not say so`)
}
