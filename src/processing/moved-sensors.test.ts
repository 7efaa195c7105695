/** A sensor that is moved: what it measured before counts for the bay that it watched then, whenever it comes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodeDeskEntry } from '../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { instant } from '../lib/brand.ts'
import { packJson } from '../lib/packed-json.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { arrivedAt, type Body, drain, journalOf } from './testing/drained-journal.ts'

const minuteMs = 60_000

/** `A: D, B: E` */
const layoutOf = (sensors: Readonly<Record<string, readonly string[]>>): Layout => ({
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [] },
          bays: Object.entries(sensors).map(([bay, devices], i) => plainBay(bay, { x: 3 * i, y: 0 }, { devices })),
        },
      ],
    },
  ],
})
const packed = {
  onA: await packJson(layoutOf({ A: ['D'], B: [] })),
  onB: await packJson(layoutOf({ A: [], B: ['D'] })),
  swapped: await packJson(layoutOf({ A: ['E'], B: ['D'] })),
  none: await packJson(layoutOf({ A: [], B: [] })),
}
type Step = readonly [atMin: number, keyof typeof packed | 'close' | Frame]
interface Frame {
  readonly device?: string
  readonly seq: number
  /** Minute of measuring. */
  readonly time: number
  /** Absent: a message without a presence. */
  readonly occupied?: boolean | null
}

/** Bay A, for eight minutes. */
const closed = (id: string): Body => ({
  body: '',
  record: {
    kind: 4,
    bytes: (at) =>
      encodeDeskEntry({
        ...{ author: 'desk', reason: 'works', at },
        change: { is: 'override', id, bays: ['A'], state: 'closed', until: instant(at + 8 * minuteMs) },
      }),
  },
})

/** Steps by the minute of their arrival. */
const bodiesOf = (steps: readonly Step[]): Body[] =>
  steps.map(([atMin, what], i) => {
    const afterMs = (atMin - (steps[i - 1]?.[0] ?? 0)) * minuteMs + (i === 0 ? 25_000 : 0)
    if (what === 'close') return { ...closed(`o${i}`), afterMs }
    if (typeof what === 'string') return { body: packed[what], kind: 'desk', afterMs }
    const { device = 'D', seq, time, occupied } = what
    const measured = new Date(arrivedAt + time * minuteMs).toISOString()
    const more = occupied === undefined ? { battery_v: 3.5 } : { occupied }
    return { body: JSON.stringify([{ device, seq, boot: 'b', time: measured, ...more }]), afterMs }
  })

const minuteOf = (at: number) => (at - arrivedAt) / minuteMs
const staysOf = (store: MemoryStore) =>
  store
    .history()
    .sessions.toSorted((a, b) => a.arrival - b.arrival)
    .map(({ bay, arrival, departure, certain, corrections, maxErrorMs }) => {
      const error = maxErrorMs === null ? '?' : maxErrorMs / minuteMs
      return `${bay} ${minuteOf(arrival)}-${minuteOf(departure)}${certain ? '' : ` ~${error}`} c${corrections}`
    })
const statesOf = (store: MemoryStore, bay: string) =>
  store
    .bays()
    .changes.filter((row) => row.bay === bay)
    .map(({ time, state }) => `${minuteOf(time)} ${state}`)
const run = (bodies: readonly Body[], store: MemoryStore, perRead?: number) =>
  drain(journalOf(bodies, perRead), store, { checkpointFacts })

async function played(steps: readonly Step[]) {
  const store = createMemoryStore(emptyLayout)
  await run(bodiesOf(steps), store)
  return store
}

const free = (seq: number, time: number, device = 'D') => ({ device, seq, time, occupied: false })
const taken = (seq: number, time: number, device = 'D') => ({ device, seq, time, occupied: true })

describe('a reading that was measured before its sensor was moved', () => {
  test('does not count for the bay that the sensor watches now, also where it is the newest of it', async () => {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
        [10, 'onB'],
      ] as const),
      ...([
        [20, taken(2, 5)],
        [30, free(3, 30)],
      ] as const),
    ])
    assert.deepEqual(statesOf(store, 'B').slice(-2), ['10 unknown', '30 free'])
    assert.deepEqual(staysOf(store), [])
    const ofB = store.history().occupancy.filter(({ occupiedMs, occupiedEnd }) => occupiedMs > 0 || occupiedEnd > 0)
    assert.deepEqual(ofB, [])
  })

  test('begins the stay of the bay of then, which goes on until a sensor reports that it ended', async () => {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
        [10, 'onB'],
        [20, taken(2, 5)],
      ] as const),
      ...([
        [30, 'onA'],
        [40, free(3, 40)],
      ] as const),
    ])
    // Not known from 10 to 40: the vehicle may have left at any time in it.
    assert.deepEqual(staysOf(store), ['A 5-40 ~30 c1'])
  })

  test('ends the stay of the bay of then', async () => {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
        [2, taken(2, 2)],
        [10, 'onB'],
      ] as const),
      ...([
        [20, free(4, 20)],
        [21, free(3, 6)],
      ] as const),
    ])
    assert.deepEqual(staysOf(store), ['A 2-6 c1'])
    assert.equal(statesOf(store, 'B').at(-1), '20 free')
  })

  test('makes a stay that came to light within the time in which the sensor was there', async () => {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
        [8, free(4, 8)],
        [10, 'onB'],
        [20, taken(5, 20)],
      ] as const),
      ...([
        [21, taken(2, 3)],
        [22, free(3, 6)],
      ] as const),
    ])
    assert.deepEqual(staysOf(store), ['A 3-6 c2'])
  })

  test('leaves alone what the sensor of now has reported of the bay of then', async () => {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
        [10, 'swapped'],
        [12, free(1, 12, 'E')],
      ] as const),
      ...([
        [13, taken(2, 13, 'E')],
        [14, free(3, 14, 'E')],
        [20, taken(2, 5)],
      ] as const),
    ])
    // The vehicle of minute 5 was gone at minute 12: when it left is not known.
    assert.deepEqual(staysOf(store), ['A 5-10 ~? c1', 'A 13-14 c0'])
  })

  test('counts where the sensor stands, when neither it had a bay before nor the bay a sensor', async () => {
    const store = await played([
      ...([
        [0, 'none'],
        [1, free(1, 1)],
        [10, 'onB'],
        [20, free(4, 20)],
      ] as const),
      ...([
        [21, taken(2, 3)],
        [22, free(3, 6)],
      ] as const),
    ])
    assert.deepEqual(
      staysOf(store).map((text) => text.replace(/ ~.*/, '')),
      ['B 3-6 c2'].map((text) => text.replace(/ ~.*/, '')),
    )
  })
})

test('a sensor that takes the place of another reports nothing of the time before its first report', async () => {
  for (const heardBefore of [[], [[2, { device: 'E', seq: 1, time: 2 }] as const]]) {
    const store = await played([
      ...([
        [0, 'onA'],
        [1, free(1, 1)],
      ] as const),
      ...heardBefore,
      ...([
        [10, 'swapped'],
        [30, taken(2, 30, 'E')],
        [40, free(3, 40, 'E')],
      ] as const),
    ])
    // It may have begun at any time since the first sensor was taken away.
    assert.deepEqual(staysOf(store), ['A 30-40 ~20 c0'])
  }
})

const anyStep = fc.record({
  afterMin: fc.constantFrom(1, 3, 10),
  what: fc.constantFrom('frame', 'frame', 'frame', 'frame', 'frame', 'onA', 'onB', 'swapped', 'none', 'close'),
  device: fc.constantFrom('D', 'D', 'E'),
  occupied: fc.constantFrom(true, false, true, false, null),
  heldMin: fc.constantFrom(0, 0, 0, 7, 25),
})

test('stays are the same however the journal is cut and whenever processing starts again', async () => {
  const rowsOf = (store: MemoryStore) => {
    const { sessions, standing, occupancy } = store.history()
    const { changes } = store.bays()
    return { sessions, standing, occupancy, changes }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 3, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 25 }),
      async (moves, perRead, stopAfter) => {
        let now = 0
        const seq = { D: 0, E: 0 }
        const steps: [number, Step[1]][] = [[0, 'onA']]
        for (const { afterMin, what, device, occupied, heldMin } of moves) {
          now += afterMin
          const of = device as 'D' | 'E'
          if (what === 'frame') steps.push([now + heldMin, { device, seq: ++seq[of], time: now, occupied }])
          else steps.push([now, what as keyof typeof packed | 'close'])
        }
        const bodies = bodiesOf(steps.toSorted((a, b) => a[0] - b[0]))
        const whole = createMemoryStore(emptyLayout)
        await run(bodies, whole)
        const cut = createMemoryStore(emptyLayout)
        await run(bodies.slice(0, stopAfter), cut, perRead)
        if (stopAfter < bodies.length) await run(bodies, cut, perRead)
        assert.deepEqual(rowsOf(cut), rowsOf(whole))
      },
    ),
    { numRuns: 60 },
  )
})
