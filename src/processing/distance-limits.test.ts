/** A distance is a presence by the limits of the layout in effect at its record, and the stored reading keeps the distance alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import { type Body, drain, journalOf, json } from './testing/drained-journal.ts'

const layoutWith = (limits?: { readonly occupiedBelowMm: number; readonly freeAboveMm: number }): Layout => ({
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [] },
          bays: [plainBay('A', { x: 0, y: 0 }, { devices: ['d-1'] })],
        },
      ],
    },
  ],
  devices: [{ device: 'd-1', ...(limits ? { presenceByDistance: limits } : {}) }],
})
const publish = (layout: Layout): Body => ({ kind: 'desk', body: JSON.stringify(layout) })
const at = (seq: number) => new Date(Date.parse('2026-11-23T07:00:00Z') + seq * 60_000).toISOString()
const measured = (seq: number, mm: number) => json([{ device: 'd-1', seq, time: at(seq), distance_mm: mm }])
const limits = { occupiedBelowMm: 1_000, freeAboveMm: 1_500 }

async function occupiedAfter(bodies: readonly Body[]) {
  const store = createMemoryStore()
  await drain(journalOf([...bodies]), store)
  return { store, occupied: store.deviceOf('d-1')?.occupied }
}

test('without limits a distance is no presence', async () => {
  assert.equal((await occupiedAfter([publish(layoutWith()), measured(1, 500)])).occupied, undefined)
})

test('limits hold for the records behind them, between them the state stays, and a stay follows', async () => {
  const bodies = [
    publish(layoutWith()),
    measured(1, 500),
    publish(layoutWith(limits)),
    measured(2, 2_000),
    measured(3, 600),
  ]
  assert.equal((await occupiedAfter(bodies)).occupied, true)
  const { store, occupied } = await occupiedAfter([
    ...bodies,
    measured(4, 1_200),
    measured(5, 2_100),
    measured(6, 1_400),
  ])
  assert.equal(occupied, false)
  const [stay] = store.history().sessions
  assert.equal(store.history().sessions.length, 1)
  assert.deepEqual([stay?.bay, stay?.arrival, stay?.departure], ['A', Date.parse(at(3)), Date.parse(at(5))])
  assert.deepEqual(
    store.readings.map((reading) => [reading.distanceMm, reading.occupied ?? null]),
    [500, 2_000, 600, 1_200, 2_100, 1_400].map((mm) => [mm, null]),
  )
})

test('where its limits are taken away the presence is unknown, and a stay that went on has no certain end', async () => {
  const bodies = [publish(layoutWith(limits)), measured(1, 2_000), measured(2, 500), publish(layoutWith())]
  const unlimited = await occupiedAfter([...bodies, measured(3, 2_100)])
  assert.equal(unlimited.occupied, null)
  assert.deepEqual(
    unlimited.store.bays().states.map(({ bay, state }) => [bay, state]),
    [['A', 'unknown']],
  )
  const { store, occupied } = await occupiedAfter([...bodies, publish(layoutWith(limits)), measured(4, 2_100)])
  assert.equal(occupied, false)
  assert.deepEqual(
    store.history().sessions.map(({ certain }) => certain),
    [false],
  )
})

test('H2: a stay is not certain when a late distance without a number lies in it', async () => {
  const timed = (minute: number, mm: number) => json([{ device: 'd-1', time: at(minute), distance_mm: mm }])
  const bodies = [timed(0, 2_000), timed(1, 500), timed(20, 510), timed(40, 2_000), timed(10, 2_001)]
  const { store } = await occupiedAfter([publish(layoutWith(limits)), ...bodies])
  assert.deepEqual(
    store.history().sessions.map(({ arrival, certain, corrections }) => [arrival, certain, corrections]),
    [[Date.parse(at(1)), false, 1]],
  )
})

test('other limits leave a presence as it is known', async () => {
  const other = { occupiedBelowMm: 300, freeAboveMm: 400 }
  const bodies = [publish(layoutWith(limits)), measured(1, 500), publish(layoutWith(other)), measured(2, 350)]
  assert.equal((await occupiedAfter(bodies)).occupied, true)
})

test('a frame that is sent again after the limits have changed is the same frame', async () => {
  const other = { occupiedBelowMm: 300, freeAboveMm: 400 }
  const again = [
    publish(layoutWith(limits)),
    measured(1, 500),
    measured(2, 2_000),
    publish(layoutWith(other)),
    measured(1, 500),
  ]
  const { store, occupied } = await occupiedAfter(again)
  assert.equal(store.totals().duplicate, 1)
  assert.equal(store.totals().quarantined, 0)
  assert.equal(occupied, false)
})

/** The same frames with a distance, and with the presence that it shows. */
async function shownByBoth(
  frames: readonly { readonly mm: number; readonly more: object; readonly meta?: Body['meta'] }[],
) {
  const bodies = (measure: (mm: number) => object) => [
    publish(layoutWith(limits)),
    ...frames.map(({ mm, more, meta }) => ({
      ...json([{ device: 'd-1', ...more, ...measure(mm) }]),
      ...(meta ? { meta } : {}),
    })),
  ]
  const byDistance = await occupiedAfter(bodies((mm) => ({ distance_mm: mm })))
  const byItself = await occupiedAfter(bodies((mm) => ({ occupied: mm < limits.occupiedBelowMm })))
  assert.deepEqual(byDistance.store.totals(), byItself.store.totals())
  return [byDistance.occupied, byItself.occupied]
}

const numbered = (from: number, count: number, mm: number) =>
  Array.from({ length: count }, (_, i) => ({ mm: mm + i, more: { seq: from + i } }))

test('O13: a retained distance without its own time never changes a known state', async () => {
  const frames = [
    { mm: 2_000, more: {} },
    { mm: 500, more: {}, meta: { retain: '1' } },
  ]
  assert.deepEqual(await shownByBoth(frames), [false, false])
})

test('O8: while a distance that waits contradicts the state shown, that is unknown', async () => {
  assert.deepEqual(await shownByBoth([...numbered(100, 20, 2_000), { mm: 500, more: { seq: 1 } }]), [null, null])
})

test('O11: behind a distance of no certain boot with a higher number the state is unknown', async () => {
  const of = (seq: number, mm: number) => ({ mm, more: { seq } })
  const frames = [of(9, 2_000), of(10, 2_000), of(7, 500), of(8, 2_000), of(10, 2_000), of(9, 500)]
  assert.deepEqual(await shownByBoth(frames), [null, null])
})
