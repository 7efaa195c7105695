/** The fold of count zones alone: the rules of docs/specs/counts.md as cases, and their laws. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { BayState, CountState } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { seededRandom } from '../../journal/testing/seeded-random.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { isUseful } from '../count-band.ts'
import type { DeskEntry } from '../desk-change.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { type CountReset, emptyLayout, type Gate, type Layout, plainBay } from '../layout.ts'
import type { DeviceId } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import type { CountChangeRow, CountZoneRow } from './count-rows.ts'
import type { CountEvent } from './fold.ts'
import { vehicleCounts } from './vehicle-counts.ts'

interface Place {
  readonly capacity: number
  readonly offset?: number
  readonly reset?: CountReset
  readonly timeZone?: string
  /** Ids of its bays. */
  readonly bays?: readonly string[]
  /** By id: devices, and whether its entries go out of the zone. */
  readonly gates: Readonly<Record<string, { readonly devices: readonly string[]; readonly isExit?: boolean }>>
  readonly heartbeatS?: number
}

interface Step {
  /** ISO 8601, or seconds after the step before. */
  readonly at: string | number
  readonly device?: string
  readonly in?: number
  readonly out?: number
  /** The time that the device reports, seconds before `at`. */
  readonly lateS?: number
  /** Since when it counts, seconds before its time. */
  readonly sinceS?: number
  readonly restarted?: boolean
  /** It counts for the first time. */
  readonly isFirst?: boolean
  /** One of its values is in doubt. */
  readonly isDoubtful?: boolean
  /** The message is retained: no sign of life. */
  readonly isRetained?: boolean
  /** The clock of the server was set back to this time. */
  readonly setBack?: boolean
  readonly recount?: number
  readonly id?: string
  readonly bays?: Readonly<Record<string, BayState>>
  readonly place?: Partial<Place> | null
  readonly expect?: Partial<Omit<CountZoneRow, 'since' | 'setAt' | 'mismatchSince'>> & {
    readonly state?: CountState
    readonly since?: string
    readonly setAt?: string
    readonly mismatchSince?: string | null
  }
  readonly rest?: readonly [capacity: number, occupied: number, known: number]
  readonly trail?: readonly (readonly [change: string, vehicles: number, before: number | null, cut: number])[]
}

interface Case {
  readonly about: string
  readonly place: Place
  readonly steps: readonly Step[]
}

const begin = Date.parse('2026-11-23T08:00:00Z')
const cases = JSON.parse(readFileSync(new URL('./cases/count-zones.json', import.meta.url), 'utf8')) as readonly Case[]

function layoutOf(place: Place | null): Layout {
  if (!place) return emptyLayout
  const { capacity, offset, reset, timeZone = 'UTC', bays = [], gates, heartbeatS = 3_600 } = place
  const zone = {
    ...{ id: 'Z', name: 'Z', countCapacity: capacity },
    ...(offset === undefined ? {} : { countOffset: offset }),
    ...(reset ? { countReset: reset } : {}),
  }
  const level = {
    ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [zone] },
    bays: bays.map((id) => plainBay(id, { x: 0, y: 0 }, { zones: ['Z'] })),
  }
  const end = { level: 'L', zone: 'Z' }
  const all = Object.entries(gates).map(
    ([id, { devices, isExit }]): Gate => ({ id, name: id, devices, ...(isExit ? { outOf: end } : { into: end }) }),
  )
  const devices = all.flatMap((gate) => gate.devices.map((device) => ({ device, heartbeatS: heartbeatS / 2.5 })))
  return { ...emptyLayout, devices, sites: [{ id: 'S', name: 'S', zone: timeZone, levels: [level], gates: all }] }
}

/** A fold with its devices and bays; loaded again from what it has written when asked. */
function player(first: Place | null) {
  let place = first
  const devices = new Map<string, DeviceRecord>()
  const states = new Map<string, BayState>()
  const stored = { zone: undefined as CountZoneRow | undefined, trail: new Map<string, CountChangeRow>() }
  let clock: Instant | undefined
  let now = begin
  const events: CountEvent[] = []
  let fold = load()

  function load() {
    return vehicleCounts(
      {
        ...{ watching: watchingOf(layoutOf(place)), devices: [...devices.values()], promiseMs: 3_600_000, clock },
        ...{ stateOf: (bay) => states.get(bay) ?? 'unknown', stored: stored.zone ? [stored.zone] : [] },
      },
      (event) => {
        if (event.is === 'count') events.push(event)
      },
    )
  }

  function take() {
    const { zones, changes } = fold.take()
    stored.zone = zones.at(-1) ?? stored.zone
    for (const row of changes) {
      const key = `${row.time} ${row.change} ${row.id}`
      const before = stored.trail.get(key)
      stored.trail.set(key, before ? { ...before, cut: before.cut + row.cut } : row)
    }
  }

  function frame(step: Step) {
    const id = step.device as string
    const arrived = instant(now)
    const device = devices.getOrInsertComputed(id, () => newDevice(devices.size + 1, 'tcp', id as DeviceId, arrived))
    const time = instant(now - (step.lateS ?? 0) * 1_000)
    if (step.setBack) fold.apply({ is: 'set-back' })
    if (!step.isRetained) {
      fold.tick?.(arrived)
      clock = arrived
      fold.apply({ is: 'liveness', device, arrived, time, path: '' })
      device.lastArrived = arrived
    }
    const from = instant(time - (step.sinceS ?? 0) * 1_000)
    const counts = {
      entries: step.in ?? 0,
      exits: step.out ?? 0,
      resets: step.restarted ? 1 : 0,
      from,
      isFirst: step.isFirst ?? false,
      isDoubtful: step.isDoubtful ?? false,
    }
    if (step.in !== undefined) device.countIn = (device.countIn ?? 0) + step.in
    if (step.out !== undefined) device.countOut = (device.countOut ?? 0) + step.out
    if (step.in !== undefined || step.out !== undefined) fold.apply({ is: 'counted', device, step: counts, time })
  }

  function become(bay: string, after: BayState) {
    const before = states.get(bay) ?? 'unknown'
    states.set(bay, after)
    if (before === after) return
    const more = { cause: 'device', device: null, certain: true } as const
    fold.apply({ is: 'bay', bay, time: instant(now), before, after, ...more })
  }

  return {
    play(step: Step) {
      now = typeof step.at === 'string' ? Date.parse(step.at) : now + step.at * 1_000
      if (step.device !== undefined) frame(step)
      else if (step.recount !== undefined) {
        const change = {
          is: 'recount',
          id: step.id ?? `at ${now}`,
          site: 'S',
          zone: { level: 'L', zone: 'Z' },
        } as const
        const entry: DeskEntry = {
          author: 'desk',
          reason: 'why',
          at: instant(now),
          change: { ...change, vehicles: step.recount },
        }
        fold.apply({ is: 'desk', entry, pos: 1 })
      } else if (step.place !== undefined) {
        place = step.place && ({ ...first, ...place, ...step.place } as Place)
        const watching = watchingOf(layoutOf(place))
        fold.apply({ is: 'layout', watching, devices: [...devices.values()], at: instant(now) })
      } else if (step.bays === undefined) {
        fold.tick?.(instant(now))
        clock = instant(now)
      }
      for (const [bay, state] of Object.entries(step.bays ?? {})) become(bay, state)
      take()
    },
    again() {
      fold = load()
      take()
    },
    row: () => stored.zone as CountZoneRow,
    trail: () => [...stored.trail.values()],
    rest: () => fold.restOf(0),
    events,
  }
}

const times = ['since', 'setAt', 'mismatchSince', 'counted', 'uncounted'] as const
function shown(row: CountZoneRow) {
  const isos = times.map((field) => [field, row[field] === null ? null : new Date(row[field]).toISOString()])
  return { ...row, ...Object.fromEntries(isos) } as Record<string, unknown>
}

for (const isAgain of [false, true])
  describe(`a count zone${isAgain ? ' that is loaded again after every step' : ''}`, () => {
    for (const { about, place, steps } of cases)
      test(about, () => {
        const played = player(place)
        for (const [i, step] of steps.entries()) {
          played.play(step)
          if (isAgain) played.again()
          const row = shown(played.row())
          const at = `step ${i}: ${JSON.stringify(step)}`
          for (const [field, wanted] of Object.entries(step.expect ?? {})) {
            const iso = typeof wanted === 'string' && times.includes(field as never)
            assert.deepEqual(row[field], iso ? new Date(wanted).toISOString() : wanted, `${field} at ${at}`)
          }
          if (step.rest) {
            const { capacity, occupied, known } = played.rest()
            assert.deepEqual([capacity, occupied, known], step.rest, at)
          }
          if (step.trail) {
            const trail = played.trail().map(({ change, vehicles, before, cut }) => [change, vehicles, before, cut])
            assert.deepEqual(trail, step.trail, at)
          }
        }
      })
  })

test('one id is one recount, whichever zones it names', () => {
  const layout = layoutOf(wide)
  const [site] = layout.sites as [Layout['sites'][number]]
  const [level] = site.levels as [(typeof site.levels)[number]]
  const zones = ['Z', 'Y'].map((id) => ({ id, name: id, countCapacity: 20 }))
  const watching = watchingOf({ ...layout, sites: [{ ...site, levels: [{ ...level, zones }] }] })
  const start = { watching, devices: [], promiseMs: 3_600_000, clock: instant(begin), stored: [] }
  const fold = vehicleCounts({ ...start, stateOf: () => 'unknown' }, () => undefined)
  for (const [zone, vehicles] of [
    ['Z', 3],
    ['Y', 4],
  ] as const) {
    const change = { is: 'recount', id: 'r1', site: 'S', zone: { level: 'L', zone }, vehicles } as const
    fold.apply({ is: 'desk', entry: { author: 'desk', reason: 'why', at: instant(begin), change }, pos: 1 })
  }
  const { zones: rows, changes } = fold.take()
  assert.deepEqual(
    rows.map(({ zone, vehicles }) => [zone, vehicles]),
    [
      ['Z', 3],
      ['Y', null],
    ],
  )
  assert.equal(changes.length, 1)
})

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      at: fc.integer({ min: 0, max: 900 }),
      device: fc.constantFrom('a', 'b', 'x'),
      in: fc.integer({ min: 0, max: 12 }),
      out: fc.integer({ min: 0, max: 12 }),
      lateS: fc.integer({ min: 0, max: 400 }),
      sinceS: fc.integer({ min: 0, max: 900 }),
      restarted: fc.boolean(),
      isFirst: fc.boolean(),
      isDoubtful: fc.boolean(),
      isRetained: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      at: fc.integer({ min: 0, max: 600 }),
      recount: fc.integer({ min: 0, max: 30 }),
      id: fc.constantFrom('r1', 'r2', 'r3'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at: fc.integer({ min: 0, max: 90_000 }) }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ at: fc.integer({ min: -90_000, max: -1 }), device: fc.constantFrom('a', 'b') })
      .map((frame) => ({ ...frame, setBack: true, in: 1 })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      at: fc.integer({ min: 0, max: 60 }),
      bays: fc.record({ p: fc.constantFrom<BayState>('free', 'occupied', 'unknown', 'reserved', 'closed') }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ capacity: fc.integer({ min: 1, max: 30 }), offset: fc.integer({ min: -2, max: 2 }) })
      .map((place) => ({ at: 1, place })),
  },
  { weight: 1, arbitrary: fc.constant({ at: 1, place: null }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.subarray(['a', 'b', 'x']), fc.subarray(['b', 'x']))
      .map(([g, h]) => ({ at: 1, place: { gates: { g: { devices: g }, h: { devices: h, isExit: true } } } })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ at: fc.integer({ min: 0, max: 4_000 }), device: fc.constantFrom('a', 'b', 'x') }),
  },
)
const steps = fc.array(step, { minLength: 1, maxLength: 40 })
const wide: Place = {
  ...{ capacity: 20, reset: { at: '04:00', vehicles: 3 }, timeZone: 'Europe/Berlin', bays: ['p', 'q'] },
  gates: { g: { devices: ['a'] }, h: { devices: ['b'], isExit: true } },
}

describe('the laws of a count', () => {
  test('it stays within its limits and its band, and what it adds to occupancy is never more than its places', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const played = player(wide)
        for (const each of all) {
          played.play(each as Step)
          const { vehicles, low, high, capacity, state, offset } = played.row()
          const { capacity: places, occupied, known } = played.rest()
          assert.ok(occupied >= 0 && occupied <= known && known <= places)
          assert.equal(vehicles === null, low === null)
          if (vehicles === null || low === null || high === null) assert.equal(state, 'unknown')
          else {
            assert.ok(low >= 0 && low <= vehicles && vehicles <= high && high <= capacity, JSON.stringify(played.row()))
            const taken = { low: Math.max(0, low + offset), high: Math.min(capacity, high + offset) }
            if (state === 'known') assert.ok(isUseful(taken, capacity))
            else assert.equal(known, 0)
          }
        }
      }),
    )
  })

  test('a recount sets it exactly, with a band of nothing after any past', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20 }), (all, vehicles) => {
        const played = player(wide)
        for (const each of all) played.play(each as Step)
        played.play({ at: 1, place: { capacity: 20 } })
        played.play({ at: 1, recount: vehicles, id: 'the last' })
        const row = played.row()
        assert.deepEqual([row.vehicles, row.low, row.high], [vehicles, vehicles, vehicles])
        assert.deepEqual([row.cutEmpty, row.cutFull, row.entries, row.exits], [0, 0, 0, 0])
      }),
    )
  })

  test('loaded again after any step it goes on the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 40 }), (all) => {
        const [whole, cut] = [player(wide), player(wide)]
        // A heartbeat of the journal, before which nothing has a time.
        for (const one of [whole, cut]) one.play({ at: 0 })
        for (const [each, isAgain] of all) {
          whole.play(each as Step)
          cut.play(each as Step)
          if (isAgain) cut.again()
          const rows = [whole, cut].map((one) => ({ ...one.row(), rev: 0 }))
          assert.deepEqual(rows[1], rows[0])
          assert.deepEqual(cut.rest(), whole.rest())
        }
        assert.deepEqual(cut.trail(), whole.trail())
      }),
    )
  })

  test('the events add up to what it adds to occupancy', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const played = player(wide)
        let sum = played.rest()
        for (const each of all) {
          played.events.length = 0
          played.play(each as Step)
          if ('place' in each) sum = played.rest()
          for (const { before, after } of played.events) {
            assert.deepEqual(before, sum)
            sum = after
          }
          assert.deepEqual(played.rest(), sum)
        }
      }),
    )
  })

  for (const missedRate of [0, 0.01, 0.02, 0.04, 0.08])
    test(`the truth is within the band at nearly every moment, and the band is not wide, where ${100 * missedRate} % of exits are missed`, () => {
      let [moments, outside, width] = [0, 0, 0]
      for (let seed = 1; seed <= 40; seed++)
        for (const { truth, low, high } of driftingDays(seed, missedRate)) {
          moments++
          width += high - low
          if (truth < low || truth > high) outside++
        }
      assert.ok(outside / moments < 0.06, `outside of the band at ${outside} of ${moments} moments`)
      assert.ok(width / moments < 4 + 120 * missedRate, `${width / moments} wide`)
    })
})

/** Days after a recount each: the truth beside the band. The first days teach how far the gate drifts. */
function* driftingDays(seed: number, missedRate: number) {
  const [capacity, days, learning, passing] = [400, 8, 3, 150]
  const played = player({ capacity, gates: { g: { devices: ['a'] } } })
  const random = seededRandom(seed)
  let truth = 200
  for (let day = 0; day < days; day++) {
    played.play({ at: 60, recount: truth, id: `day ${day}` })
    for (let i = 0; i < passing; i++) {
      const isIn = random() < 0.5
      truth += isIn ? 1 : -1
      if (isIn || random() >= missedRate) played.play({ at: 60, device: 'a', [isIn ? 'in' : 'out']: 1 })
      const { low, high } = played.row()
      if (day >= learning) yield { truth, low: low ?? 0, high: high ?? capacity }
    }
  }
}
