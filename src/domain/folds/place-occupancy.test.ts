/** Random worlds: the rows of every place against the states of its bays, minute by minute, and the sums of parts against the whole. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BayState, type BayType, bayStates } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { instant } from '../../lib/brand.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import { type Bay, plainBay, type Site } from '../layout.ts'
import { type Place, type Watching, watchingOf } from '../watching.ts'
import { type PlaceRow, placeOccupancy } from './place-occupancy.ts'

const begin = Date.parse('2026-11-23T08:00:00Z')

interface World {
  readonly sites: readonly Site[]
}
const bayIds = ['a', 'b', 'c', 'd', 'e', 'f'] as const
/** Where each bay is, or null; types and zones overlap, and one may be named twice. */
const world = fc
  .tuple(
    ...bayIds.map((id) =>
      fc.option(
        fc.record({
          id: fc.constant(id),
          site: fc.constantFrom('S', 'T'),
          level: fc.constantFrom('1', '2'),
          zones: fc.array(fc.constantFrom('x', 'y'), { maxLength: 3 }),
          types: fc.array(fc.constantFrom<BayType>('standard', 'ev', 'disabled'), { minLength: 1, maxLength: 3 }),
          closed: fc.boolean(),
        }),
        { freq: 6 },
      ),
    ),
  )
  .map((bays): World => {
    const given = bays.filter((bay) => bay !== null)
    const levelOf = (site: string, level: string) => ({
      ...{ id: level, name: level, x: 0, y: 0, w: 1, h: 1 },
      zones: ['x', 'y'].map((id) => ({ id, name: id })),
      bays: given
        .filter((bay) => bay.site === site && bay.level === level)
        .map(({ id, zones, types, closed }) => plainBay(id, { x: 0, y: 0 }, { zones, types, closed })),
    })
    const siteOf = (id: string) => ({
      id,
      name: id,
      zone: 'UTC',
      levels: ['1', '2'].map((level) => levelOf(id, level)),
    })
    return { sites: ['S', 'T'].filter((id) => given.some(({ site }) => site === id)).map(siteOf) }
  })

const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 4 * minuteMs })),
  what: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ bay: fc.constantFrom(...bayIds), state: fc.constantFrom<BayState>(...bayStates) }),
    },
    { weight: 1, arbitrary: world },
  ),
  again: fc.boolean(),
  /** Measured so long before it arrived. */
  lateMs: fc.integer({ min: 0, max: minuteMs }),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** From `at` on, until the moment after it. */
interface Moment {
  readonly at: number
  readonly world: World
  readonly states: ReadonlyMap<string, BayState>
}

const isBay = (what: Step['what']): what is { bay: (typeof bayIds)[number]; state: BayState } => 'bay' in what
const baysOf = ({ sites }: World) => sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays))
const keyOf = ({ site, level, zone }: Place) => JSON.stringify([site, level, zone])

/** `isCut`: the fold is loaded again from its rows where a step asks for it. */
function run(first: World, steps: readonly Step[], isCut: boolean, isJittered = false) {
  const rows = new Map<string, PlaceRow>()
  const moments: Moment[] = []
  const states = new Map<string, BayState>()
  const stateOf = (bay: string) => states.get(bay) ?? 'unknown'
  let now = begin
  let current = first
  const settle = () => {
    const inLayout = new Map(baysOf(current).map((bay) => [bay.id, bay]))
    for (const id of bayIds) {
      const bay = inLayout.get(id)
      if (!bay) states.delete(id)
      else if (bay.closed) states.set(id, 'closed')
      else if (stateOf(id) === 'closed' && !overridden.has(id)) states.set(id, 'unknown')
    }
    moments.push({ at: now, world: current, states: new Map(states) })
  }
  /** Closed by a person, not by the layout. */
  const overridden = new Set<string>()
  settle()
  const newest = () => {
    const found = new Map<string, PlaceRow>()
    for (const row of [...rows.values()].sort((a, b) => a.start - b.start))
      found.set(`${keyOf(row)} ${row.spanMs}`, row)
    return [...found.values()]
  }
  const load = (watching: Watching) =>
    placeOccupancy({
      watching,
      devices: [],
      occupancy: newest(),
      promiseMs: 1,
      stateOf,
      restOf: () => ({ occupied: 0, known: 0, capacity: 0 }),
    })
  let fold = load(watchingOf(current))
  /** The times of one bay never go back, nor before a layout that moves it. */
  const lastOf = new Map<string, number>()
  for (const { afterMs, what, again, lateMs } of steps) {
    now += afterMs
    const measured = isJittered && isBay(what) ? Math.max(now - lateMs, lastOf.get(what.bay) ?? begin) : now
    const time = instant(measured)
    if (isBay(what)) lastOf.set(what.bay, measured)
    if (isBay(what)) {
      const bay = baysOf(current).find(({ id }) => id === what.bay)
      if (!bay || bay.closed) continue
      const before = stateOf(what.bay)
      states.set(what.bay, what.state)
      if (what.state === 'closed') overridden.add(what.bay)
      else overridden.delete(what.bay)
      moments.push({ at: now, world: current, states: new Map(states) })
      fold.apply({
        is: 'bay',
        ...{ bay: what.bay, time, before, after: what.state, cause: 'device', device: null, certain: true },
      })
    } else {
      current = what
      for (const id of bayIds) lastOf.set(id, now)
      settle()
      fold.apply({ is: 'layout', watching: watchingOf(current), devices: [], at: time })
    }
    for (const row of fold.take()) rows.set(`${keyOf(row)} ${row.spanMs} ${row.start}`, row)
    if (isCut && again) fold = load(watchingOf(current))
  }
  return { rows, moments, end: now }
}

type Sums = Pick<PlaceRow, 'occupiedMs' | 'knownMs' | 'fullMs' | 'minOccupied' | 'maxOccupied' | 'capacity'>

/** Straight from the states of the bays of a place. */
function counted(
  moments: readonly Moment[],
  start: number,
  isIn: (bay: Bay, site: string, level: string) => boolean,
): Sums {
  const sums = {
    occupiedMs: 0,
    knownMs: 0,
    fullMs: 0,
    minOccupied: Number.POSITIVE_INFINITY,
    maxOccupied: 0,
    capacity: 0,
  }
  const end = start + minuteMs
  for (const [i, { at, world, states }] of moments.entries()) {
    const until = moments[i + 1]?.at ?? Number.POSITIVE_INFINITY
    const ms = Math.min(until, end) - Math.max(at, start)
    // A state that ends as the minute begins was never in it.
    if (at >= end || until <= start) continue
    const own: BayState[] = []
    for (const site of world.sites)
      for (const level of site.levels)
        for (const bay of level.bays)
          if (isIn(bay, site.id, level.id)) own.push(bay.closed ? 'closed' : (states.get(bay.id) ?? 'unknown'))
    const occupied = own.filter((state) => state === 'occupied' || state === 'reserved').length
    const capacity = own.filter((state) => state !== 'closed').length
    sums.occupiedMs += occupied * ms
    sums.knownMs += (occupied + own.filter((state) => state === 'free').length) * ms
    if (capacity > 0 && occupied >= capacity) sums.fullMs += ms
    sums.minOccupied = Math.min(sums.minOccupied, occupied)
    sums.maxOccupied = Math.max(sums.maxOccupied, occupied)
    sums.capacity = capacity
  }
  return sums
}

/** A minute of a place as the rows have it; undefined before its first one. */
function readBack(rows: ReadonlyMap<string, PlaceRow>, place: Place, start: number): Sums | undefined {
  const own = rows.get(`${keyOf(place)} ${minuteMs} ${start}`)
  if (own) return own
  const before = [...rows.values()]
    .filter((row) => keyOf(row) === keyOf(place) && row.spanMs === minuteMs && row.start < start)
    .sort((a, b) => a.start - b.start)
    .at(-1)
  if (!before) return undefined
  const { capacity, occupiedEnd, knownEnd } = before
  return {
    ...{ capacity, occupiedMs: occupiedEnd * minuteMs, knownMs: knownEnd * minuteMs },
    fullMs: capacity > 0 && occupiedEnd >= capacity ? minuteMs : 0,
    ...{ minOccupied: occupiedEnd, maxOccupied: occupiedEnd },
  }
}

const isPart = (place: Place) => (bay: Bay, site: string, level: string) =>
  (place.site === null || place.site === site) &&
  (place.level === null
    ? place.zone === null || bay.types.includes(place.zone as BayType)
    : place.level === level && (place.zone === null || bay.zones.includes(place.zone)))

test('each minute of each place is what its bays were: city, sites, levels, zones and types under any layout', () => {
  fc.assert(
    fc.property(world, fc.array(step, { minLength: 1, maxLength: 25 }), (first, steps) => {
      const { rows, moments, end } = run(first, steps, false)
      assert.deepEqual(run(first, steps, true).rows, rows)
      const places = new Map([...rows.values()].map((row) => [keyOf(row), row]))
      for (let start = begin; start <= end; start += minuteMs)
        for (const place of places.values()) {
          const found = readBack(rows, place, start)
          const wanted = counted(moments, start, isPart(place))
          const about = `${keyOf(place)} in minute ${(start - begin) / minuteMs}`
          if (!found) assert.deepEqual([wanted.occupiedMs, wanted.knownMs], [0, 0], about)
          else {
            const { occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, capacity } = found
            assert.deepEqual({ occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, capacity }, wanted, about)
          }
        }
    }),
    { numRuns: effort(150) },
  )
})

test('levels add up to their site and sites to the city in every minute, also where messages come up to a minute late', () => {
  fc.assert(
    fc.property(world, fc.array(step, { minLength: 1, maxLength: 25 }), (first, steps) => {
      const { rows, end } = run(first, steps, true, true)
      assert.deepEqual(run(first, steps, false, true).rows, rows)
      const places = [...new Map([...rows.values()].map((row) => [keyOf(row), row])).values()]
      const sum = (parts: readonly Place[], start: number) =>
        (['occupiedMs', 'knownMs'] as const).map((of) =>
          parts.reduce((total, part) => total + (readBack(rows, part, start)?.[of] ?? 0), 0),
        )
      const whole = ({ level, zone }: Place) => level === null && zone === null
      const sites = places.filter((place) => place.site !== null && whole(place))
      const city = { site: null, level: null, zone: null }
      for (let start = begin; start <= end; start += minuteMs) {
        assert.deepEqual(sum(sites, start), sum([city], start))
        for (const site of sites) {
          const levels = places.filter(
            (place) => place.site === site.site && place.level !== null && place.zone === null,
          )
          assert.deepEqual(sum(levels, start), sum([site], start))
        }
      }
    }),
    { numRuns: effort(150) },
  )
})

test('a count zone belongs to its zone, its level, its site and the city, and to no type', () => {
  const level = {
    ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, bays: [plainBay('a', { x: 0, y: 0 })] },
    zones: [{ id: 'deck', name: 'deck', countCapacity: 40 }],
  }
  const gates = [{ id: 'g', name: 'g', devices: ['loop'], into: { level: 'L', zone: 'deck' } }]
  const watching = watchingOf({ sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level], gates }] })
  const before = { occupied: 0, known: 0, capacity: 40 }
  const parts = { watching, devices: [], occupancy: [], promiseMs: 1, stateOf: () => 'unknown' as const }
  const fold = placeOccupancy({ ...parts, restOf: () => before })
  const after = { occupied: 7, known: 40, capacity: 40 }
  fold.apply({ is: 'count', zone: 0, time: instant(begin), before, after })
  assert.deepEqual(
    fold
      .take()
      .filter(({ spanMs }) => spanMs === minuteMs)
      .map(({ site, level, zone, capacity, occupiedEnd, knownEnd }) => [
        site,
        level,
        zone,
        capacity,
        occupiedEnd,
        knownEnd,
      ]),
    [
      [null, null, null, 41, 7, 40],
      ['S', null, null, 41, 7, 40],
      ['S', 'L', null, 41, 7, 40],
      ['S', 'L', 'deck', 40, 7, 40],
    ],
  )
})

test('two messages in the wrong order over the end of a minute are of one minute, in their sites and in the city', () => {
  const siteOf = (id: string, bay: string): Site => {
    const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays: [plainBay(bay, { x: 0, y: 0 })] }
    return { id, name: id, zone: 'UTC', levels: [level] }
  }
  const watching = watchingOf({ sites: [siteOf('S', 'a'), siteOf('T', 'b')] })
  const restOf = () => ({ occupied: 0, known: 0, capacity: 0 })
  const fold = placeOccupancy({ watching, devices: [], occupancy: [], promiseMs: 1, stateOf: () => 'unknown', restOf })
  const occupied = (bay: string, ms: number, before: BayState, after: BayState) =>
    fold.apply({
      ...{ is: 'bay', bay, time: instant(begin + ms), before, after, cause: 'device', device: null, certain: true },
    })
  occupied('b', 0, 'unknown', 'free')
  occupied('a', minuteMs + 1_000, 'unknown', 'occupied')
  occupied('b', minuteMs - 2_000, 'free', 'occupied')
  const rows = fold.take()
  const of = (site: string | null) =>
    rows
      .filter((row) => row.site === site && row.level === null && row.zone === null && row.spanMs === minuteMs)
      .map(({ start, occupiedMs }) => [(start - begin) / minuteMs, occupiedMs])
  assert.deepEqual(of('S'), [[1, 59_000]])
  assert.deepEqual(of('T'), [
    [0, 0],
    [1, 60_000],
  ])
  assert.deepEqual(of(null), [
    [0, 0],
    [1, 119_000],
  ])
})

test('a bay whose sensor has a clock that is ahead counts from the arrival, and the bays beside it are counted in their own minutes', () => {
  const bays = ['a', 'b'].map((id) => plainBay(id, { x: 0, y: 0 }))
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays }
  const watching = watchingOf({ sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] })
  const restOf = () => ({ occupied: 0, known: 0, capacity: 0 })
  const fold = placeOccupancy({ watching, devices: [], occupancy: [], promiseMs: 1, stateOf: () => 'free', restOf })
  const occupied = (bay: string, arrivedMs: number, aheadMs: number) => {
    fold.tick?.(instant(begin + arrivedMs))
    const time = instant(begin + arrivedMs + aheadMs)
    fold.apply({
      ...{ is: 'bay', bay, time, before: 'free', after: 'occupied', cause: 'device', device: null, certain: true },
    })
  }
  occupied('a', 0, 10 * minuteMs)
  occupied('b', minuteMs, 0)
  const rows = fold
    .take()
    .filter((row) => row.site === 'S' && row.level === null && row.zone === null && row.spanMs === minuteMs)
  assert.deepEqual(
    rows.map(({ start, occupiedMs }) => [(start - begin) / minuteMs, occupiedMs]),
    [
      [0, minuteMs],
      [1, 2 * minuteMs],
    ],
  )
})
