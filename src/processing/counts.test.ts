/** Count zones as they are stored, through the whole of processing: counters, recounts, layouts, resets. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodeDeskEntry } from '../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { instant } from '../lib/brand.ts'
import { packJson } from '../lib/packed-json.ts'
import { StoreError } from '../store/store.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { arrivedAt, type Body, drain, journalOf, json, slowly, text } from './testing/drained-journal.ts'

const hourMs = 3_600_000
const end = { level: 'L', zone: 'Z' }

const layoutOf = (capacity: number, more: object = {}): Layout => ({
  ...emptyLayout,
  devices: ['g', 'h', 'p'].map((device) => ({ device, heartbeatS: 2_880 })),
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9 },
          zones: [{ id: 'Z', name: 'Z', countCapacity: capacity, ...more }],
          bays: [plainBay('B1', { x: 0, y: 0 }, { zones: ['Z'], devices: ['p'] }), plainBay('B2', { x: 3, y: 0 })],
        },
      ],
      gates: [
        { id: 'in', name: 'In', devices: ['g'], into: end },
        { id: 'out', name: 'Out', devices: ['h'], outOf: end },
      ],
    },
  ],
})
const layouts = {
  wide: layoutOf(12, { countReset: { at: '10:00', vehicles: 2 } }),
  small: layoutOf(5, { countOffset: 1, countReset: { at: '09:30', vehicles: 0 } }),
  none: emptyLayout,
}
const packed = Object.fromEntries(
  await Promise.all(Object.entries(layouts).map(async ([name, layout]) => [name, await packJson(layout)] as const)),
) as Record<keyof typeof layouts, Uint8Array>

const recount = (id: string, vehicles: number, afterMs?: number): Body => ({
  body: '',
  ...(afterMs === undefined ? {} : { afterMs }),
  record: {
    kind: 4,
    bytes: (at) =>
      encodeDeskEntry({
        ...{ author: 'desk', reason: 'counted', at },
        change: { is: 'recount', id, site: 'S', zone: end, vehicles },
      }),
  },
})
const beat = (afterMs: number): Body => ({
  body: '',
  afterMs,
  record: {
    kind: 3,
    bytes: (now) => text.encode(JSON.stringify({ at: now, upTo: 0, received: 0, refused: 0, sources: {} })),
  },
})
const run = (bodies: readonly Body[], store: MemoryStore, perRead?: number) =>
  drain(journalOf(bodies, perRead), store, { checkpointFacts })
const counter = (device: string, seq: number, countIn: number, countOut: number) => ({
  ...{ device, seq, count_in: countIn, count_out: countOut },
})
const zoneOf = (store: MemoryStore) => store.vehicles().zones.find(({ zone }) => zone === 'Z')
const rowsOf = (store: MemoryStore) => {
  const { zones, states, changes } = store.vehicles()
  const { occupancy, counts } = store.history()
  return { zones: zones.map(({ rev: _, ...row }) => row), states, changes, occupancy, counts }
}

describe('a count zone', () => {
  const first = json([counter('g', 1, 1_000, 500), counter('h', 1, 250, 0)])

  test('counts from its recount on, in the order of the journal, over a counter that wraps', async () => {
    const store = createMemoryStore(layouts.wide)
    await run(
      [first, recount('r1', 4), json([counter('g', 2, 1_003, 501)]), json([counter('h', 2, 2, 0)]), recount('r1', 4)],
      store,
    )
    const zone = zoneOf(store)
    // 8 entries of the gate that leads out, past the end of its 8 bits: 4 + 3 - 1 - 8, cut off at 0.
    assert.deepEqual([zone?.vehicles, zone?.entries, zone?.exits, zone?.cutEmpty], [0, 3, 9, 2])
    assert.deepEqual(
      store.vehicles().changes.map(({ change, id, vehicles, cut, author }) => [change, id, vehicles, cut, author]),
      [
        ['recount', 'r1', 4, 0, 'desk'],
        ['empty', '', 0, 2, null],
      ],
    )
  })

  test('adds its places without a bay to the occupancy of its level and site, and its bays count once', async () => {
    const store = createMemoryStore(layouts.wide)
    await run([first, json([{ device: 'p', seq: 1, occupied: true }]), recount('r1', 4)], store)
    const ends = async (level: string | null, zone: string | null) => {
      const rows = (await store.newestOccupancy()).filter(({ spanMs }) => spanMs === 60_000)
      const found = rows.find((row) => row.level === level && row.zone === zone)
      return [found?.capacity, found?.occupiedEnd, found?.knownEnd]
    }
    assert.deepEqual(await ends(null, null), [13, 4, 12])
    assert.deepEqual(await ends('L', null), [13, 4, 12])
    assert.deepEqual(await ends('L', 'Z'), [12, 4, 12])
  })

  test('counts from the arrival of a gate whose clock is ahead, and its other gates in their own minutes', async () => {
    const store = createMemoryStore(layouts.wide)
    const aheadMs = 100_000
    let now = arrivedAt - 25_000
    const gate = (device: string, seq: number, countIn: number, ahead = 0): Body => {
      now += 25_000
      const time = new Date(now + ahead).toISOString()
      return json([{ device, seq, boot: 'b', time, count_in: countIn, count_out: 0 }])
    }
    const bodies = [gate('g', 1, 10, aheadMs), gate('h', 1, 0)]
    now += 25_000
    bodies.push(recount('r1', 4), gate('g', 2, 12, aheadMs), gate('h', 2, 1))
    await run(bodies, store)
    const zone = zoneOf(store)
    // The first report that comes behind the recount spans it, by its own clock too.
    assert.deepEqual([zone?.vehicles, zone?.slackLow, zone?.slackHigh], [5, 2, 1])
    assert.ok((zone?.counted ?? 0) <= now, 'counted ahead of the arrival')
    const starts = store.history().occupancy.map(({ start }) => start)
    assert.ok(Math.max(...starts) <= now, 'a minute ahead of the arrival')
    const times = store.vehicles().states.map(({ time }) => time)
    assert.ok(Math.max(...times) <= now, 'a count ahead of the arrival')
  })

  test('is kept as it was at each moment, and as it is now', async () => {
    const store = createMemoryStore(layouts.wide)
    await run([first, recount('r1', 4), json([counter('g', 2, 1_003, 501)]), beat(2 * hourMs + 1)], store)
    const then = async (ms: number) =>
      (await store.countStatesAt(instant(arrivedAt + ms)))
        .filter(({ zone }) => zone === 'Z')
        .map(({ state, vehicles }) => `${state} ${vehicles}`)
    assert.deepEqual(await then(24_999), ['unknown null'])
    assert.deepEqual([await then(25_000), await then(49_999)], [['known 4'], ['known 4']])
    assert.deepEqual(await then(50_000), ['uncertain 6'])
    // Set by its reset meanwhile, and its gates are silent.
    assert.deepEqual(await then(3 * hourMs), ['stale 2'])
    const now = zoneOf(store)
    assert.deepEqual(await then(3 * hourMs), [`${now?.state} ${now?.vehicles}`])
  })

  test('holds a report that spans its recount, also where a message without counters came between', async () => {
    for (const between of [[], [json([{ device: 'g', seq: 2, occupied: false }])]]) {
      const store = createMemoryStore(layouts.wide)
      await run([first, recount('r1', 4, 60_000), ...between, json([counter('g', 3, 1_003, 501)])], store)
      const zone = zoneOf(store)
      assert.deepEqual([zone?.vehicles, zone?.slackLow, zone?.slackHigh], [6, 3, 1])
    }
  })

  test('holds a report of one counter that spans its recount, where the other was reported between', async () => {
    const store = createMemoryStore(layouts.wide)
    const bodies = [
      ...[first, recount('r1', 4, 60_000), json([{ device: 'g', seq: 2, count_in: 1_003 }])],
      json([{ device: 'g', seq: 3, count_out: 501 }]),
      json([counter('g', 4, 1_004, 501)]),
    ]
    for (let many = 1; many <= bodies.length; many++) await run(bodies.slice(0, many), store)
    const zone = zoneOf(store)
    assert.deepEqual([zone?.vehicles, zone?.slackLow, zone?.slackHigh], [7, 3, 1])
  })

  test('is stale after a silence until a counter is accepted, also where one in doubt comes first', async () => {
    const store = createMemoryStore(layouts.wide)
    const bodies: Body[] = [first, recount('r1', 4), beat(2 * hourMs + 1)]
    const states: unknown[] = []
    for (const ins of [4_000_000_000, 1_002]) {
      bodies.push(json([counter('g', bodies.length, ins, 500), counter('h', bodies.length, 250, 0)]))
      await run(bodies, store)
      states.push([zoneOf(store)?.state, zoneOf(store)?.awaited, zoneOf(store)?.vehicles])
    }
    assert.deepEqual(states, [
      ['stale', ['g'], 2],
      ['uncertain', [], 4],
    ])
  })

  test('is reset at its local time by a heartbeat of the journal', async () => {
    const store = createMemoryStore(layouts.wide)
    // It is 9:00 in Berlin.
    await run([first, recount('r1', 4), beat(hourMs)], store)
    const zone = zoneOf(store)
    assert.deepEqual([zone?.vehicles, (zone?.setAt ?? 0) - arrivedAt, zone?.state], [2, hourMs, 'known'])
    await run([first, recount('r1', 4), beat(hourMs), beat(hourMs + 1)], store)
    assert.equal(zoneOf(store)?.state, 'stale')
  })
})

const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 2 * hourMs })),
  what: fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        is: fc.constant('counter' as const),
        device: fc.constantFrom('g', 'h'),
        has: fc.constantFrom('both', 'both', 'both', 'both', 'in', 'none'),
        ins: fc.integer({ min: 0, max: 6 }),
        outs: fc.integer({ min: 0, max: 6 }),
        restarts: fc.boolean(),
        lateS: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ is: fc.constant('bay' as const), occupied: fc.option(fc.boolean(), { freq: 6 }) }),
    },
    { weight: 2, arbitrary: fc.constant({ is: 'beat' } as const) },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant('recount' as const),
        id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        vehicles: fc.integer({ min: 0, max: 14 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('wide', 'small', 'none').map((name) => ({ is: 'layout', name }) as const),
    },
  ),
})

function bodiesOf(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Body[] {
  let now: number = arrivedAt
  const boards = new Map(['g', 'h'].map((device) => [device, { seq: 0, ins: 900, outs: 0 }]))
  let seq = 0
  return steps.map(({ afterMs, what }): Body => {
    now += afterMs
    switch (what.is) {
      case 'counter': {
        const board = boards.get(what.device) as { seq: number; ins: number; outs: number }
        if (what.restarts) Object.assign(board, { seq: 0, ins: 0, outs: 0 })
        board.seq++
        board.ins += what.ins
        board.outs += what.outs
        const time = what.lateS === undefined ? {} : { time: new Date(now - what.lateS * 1_000).toISOString() }
        const { count_in, count_out, ...status } = counter(what.device, board.seq, board.ins, board.outs)
        const counts = { both: { count_in, count_out }, in: { count_in }, none: { occupied: true } }[what.has]
        return { ...json([{ ...status, ...counts, ...time }]), afterMs }
      }
      case 'bay':
        return { ...json([{ device: 'p', seq: ++seq, occupied: what.occupied }]), afterMs }
      case 'beat':
        return beat(afterMs)
      case 'recount':
        return recount(what.id, what.vehicles, afterMs)
      default:
        return { kind: 'desk', body: packed[what.name], afterMs }
    }
  })
}

test('live equals replay: wherever batches are cut, commits fail and the server is started again, the rows are the same', async () => {
  const fault = fc.record({ kind: fc.constantFrom('transient' as const, 'capacity' as const), after: fc.boolean() })
  let counted = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fault, { maxLength: 8 }),
      async (steps, perRead, faults) => {
        const bodies = bodiesOf(steps)
        const [calm, rough, restarted] = [1, 2, 3].map(() => createMemoryStore(layouts.wide)) as [
          ...[MemoryStore, MemoryStore, MemoryStore],
        ]
        await run(bodies, calm)
        rough.failNext(...faults.map(({ kind, after }) => ({ error: new StoreError(kind, 'planned'), after })))
        await drain(journalOf(bodies, perRead), slowly(rough), { checkpointFacts })
        for (let many = perRead; many < bodies.length; many += perRead) await run(bodies.slice(0, many), restarted)
        await run(bodies, restarted)
        assert.deepEqual(rowsOf(rough), rowsOf(calm))
        assert.deepEqual(rowsOf(restarted), rowsOf(calm))
        counted += (zoneOf(calm)?.entries ?? 0) > 0 ? 1 : 0
      },
    ),
    { numRuns: 90 },
  )
  assert.ok(counted > 5, `only ${counted} histories count anything: the test shows nothing`)
})
