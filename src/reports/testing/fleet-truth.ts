/** A random fleet whose past is known to the minute, and what a report of it has to say: counted minute by minute, by the calendar of Intl. */
import { type BayState, bayStates } from '@baykeeper/contract/vocabulary.ts'
import { placeOccupancy } from '../../domain/folds/place-occupancy.ts'
import { type Layout, plainBay } from '../../domain/layout.ts'
import { quarterMs } from '../../domain/occupancy-span.ts'
import { watchingOf } from '../../domain/watching.ts'
import { instant } from '../../lib/brand.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import { createRandom } from '../../simulator/random.ts'
import type { OverstayRow, SessionRow, Store } from '../../store/store.ts'
import { noSessions, sessionRows } from '../../store/store.ts'
import { aBatch, placeLayout } from '../../store/testing/store-samples.ts'

const site = 'deck'
export const noBays = {
  states: [],
  changes: [],
  overrides: [],
  gateways: { gateways: [], gatewaysGone: [], paths: [] },
}
const states: readonly BayState[] = [...bayStates.filter((state) => state !== 'closed'), 'occupied']

/** From a minute on. */
interface Change {
  readonly bay: string
  readonly time: number
  readonly state: BayState
}

export interface Fleet {
  readonly layout: Layout
  readonly zone: string
  readonly begin: number
  readonly end: number
  /** In the order of their times. */
  readonly changes: readonly Change[]
  readonly stays: readonly SessionRow[]
  readonly overstays: readonly OverstayRow[]
}

export interface FleetOptions {
  readonly seed: number
  readonly zone: string
  readonly from: string
  readonly days: number
  readonly bays?: number
  readonly holidays?: readonly string[]
}

/** The fleet is silent for its first hours, and goes on after the last day. */
export function randomFleet({ seed, zone, from, days, bays = 5, holidays = [] }: FleetOptions): Fleet {
  const random = createRandom(seed)
  const first = Temporal.PlainDate.from(from)
  const begin = first.toZonedDateTime(zone).epochMilliseconds
  const end = first.add({ days }).toZonedDateTime(zone).epochMilliseconds
  const ids = Array.from({ length: bays }, (_, i) => `B-${i}`)
  const changes: Change[] = []
  const stays: SessionRow[] = []
  const overstays: OverstayRow[] = []
  for (const bay of ids) {
    let before: Change | undefined
    // Some begin before the period.
    for (let time = begin - 300 * minuteMs + pick(500) * minuteMs; time < end + 300 * minuteMs; ) {
      const state = states[pick(states.length)] as BayState
      const change = { bay, time, state }
      changes.push(change)
      if (before?.state === 'occupied' && state !== 'occupied') leave(before, change)
      if (before?.state !== 'occupied' || state !== 'occupied') before = change
      time += (1 + pick(pick(4) === 0 ? 500 : 90)) * minuteMs
    }
  }
  return {
    ...{ zone, begin, end, stays, overstays, layout: layoutOf(ids, zone, holidays) },
    changes: changes.sort((a, b) => a.time - b.time || (a.bay < b.bay ? -1 : 1)),
  }

  function leave({ bay, time: arrival }: Change, { time, state }: Change) {
    // A stay ends within the minute, and is certain where the bay was seen to be free.
    const departure = instant(time + pick(59_000))
    const minutes = Math.floor((departure - arrival) / minuteMs) - 60
    const row = { bay, device: 0, arrival: instant(arrival), departure, dwellMs: departure - arrival }
    stays.push({
      ...row,
      certain: state === 'free',
      corrections: 0,
      maxErrorMs: 0,
      hiddenMax: null,
      overstayMin: Math.max(0, minutes),
    })
    if (minutes >= 0)
      overstays.push({
        ...{ bay, arrival: row.arrival, maxStayMin: 50, graceMin: 10, minutes, ended: departure },
        begun: instant(arrival + 60 * minuteMs),
      })
  }

  function pick(n: number): number {
    return Math.floor(random() * n)
  }
}

const layoutOf = (ids: readonly string[], zone: string, holidays: readonly string[]): Layout => ({
  ...{ name: 'Truth', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: site, name: 'Deck', zone, holidays },
      levels: [
        {
          ...{ id: 'l', name: 'Level', x: 0, y: 0, w: 99, h: 9, zones: [{ id: 'z', name: 'Zone' }] },
          bays: ids.map((id, i) => plainBay(id, { x: i * 3, y: 0 }, i % 2 ? { types: ['ev'], zones: ['z'] } : {})),
        },
      ],
    },
  ],
})

/** As processing writes it: occupancy by its fold, stays and overstays as rows. */
export async function storeFleet(store: Store, { layout, changes, stays, overstays, end }: Fleet): Promise<void> {
  await placeLayout(store, layout)
  const now = new Map<string, BayState>()
  const stateOf = (bay: string) => now.get(bay) ?? 'unknown'
  const fold = placeOccupancy({
    ...{ watching: watchingOf(layout), devices: [], occupancy: [], promiseMs: 1, stateOf },
    restOf: () => ({ occupied: 0, known: 0, capacity: 0 }),
  })
  for (const { bay, time, state } of changes) {
    const event = { is: 'bay', bay, time: instant(time), before: stateOf(bay), after: state } as const
    fold.apply({ ...event, cause: 'device', device: null, certain: true })
    now.set(bay, state)
  }
  const standing = { put: [], gone: [], overstays: { put: overstays, gone: [] } }
  const bays = { ...noBays, clock: instant(end + 300 * minuteMs) }
  const history = { sessions: noSessions, bays, occupancy: fold.take(), counts: [], health: [], standing }
  const { position, fence } = await store.cursor('fleet')
  const batch = { journal: 'fleet', from: position, to: position + 1, fence }
  await store.commit(aBatch({ ...batch, history: { ...history, sessions: sessionRows([...stays]) } }))
}

interface MinuteSums {
  occupied: number
  known: number
  minutes: number
  full: number
  readonly dates: Set<string>
}

export interface Truth {
  /** By `mon 13` and by `2026-10-25`. */
  readonly cells: ReadonlyMap<string, MinuteSums>
  readonly days: ReadonlyMap<string, MinuteSums>
  readonly highest: ReadonlyMap<string, number>
}

export type LocalTime = (at: number) => { readonly date: string; readonly weekday: string; readonly hour: number }

/** By the calendar of Intl alone. */
export function localTime(zone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short', hour: '2-digit' },
    hourCycle: 'h23',
  })
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return {
      date: `${part['year']}-${part['month']}-${part['day']}`,
      weekday: String(part['weekday']).toLowerCase(),
      hour: Number(part['hour']),
    }
  }
}

/** `of`: bays that count. */
export function truthOf({ changes, begin, end, zone, layout }: Fleet, of: (bay: string) => boolean): Truth {
  const local = localTime(zone)
  const holidays = new Set(layout.sites[0]?.holidays)
  const cells = new Map<string, MinuteSums>()
  const days = new Map<string, MinuteSums>()
  const quarters = new Map<number, { readonly date: string; known: number; most: number }>()
  const now = new Map(
    baysOf(layout)
      .filter(of)
      .map((bay) => [bay, 'unknown' as BayState]),
  )
  let next = 0
  for (let minute = Math.min(begin, changes[0]?.time ?? begin); minute < end; minute += minuteMs) {
    for (let change = changes[next]; change && change.time <= minute; change = changes[++next])
      if (now.has(change.bay)) now.set(change.bay, change.state)
    if (minute < begin) continue
    const { date, weekday, hour } = local(minute)
    const all = [...now.values()]
    const occupied = all.filter((state) => state === 'occupied' || state === 'reserved').length
    const known = all.filter((state) => state !== 'unknown').length
    const day = holidays.has(date) ? 'holiday' : weekday
    for (const [map, key] of [
      [cells, `${day} ${hour}`],
      [days, date],
    ] as const) {
      const sums = map.getOrInsertComputed(key, () => ({
        occupied: 0,
        known: 0,
        minutes: 0,
        full: 0,
        dates: new Set<string>(),
      }))
      sums.occupied += occupied
      sums.known += known
      sums.minutes++
      if (occupied === all.length) sums.full++
      sums.dates.add(date)
    }
    const quarter = quarters.getOrInsertComputed(Math.floor(minute / quarterMs), () => ({ date, known: 0, most: 0 }))
    quarter.known += known / 15
    quarter.most = Math.max(quarter.most, occupied)
  }
  return { cells, days, highest: highestOf(quarters.values(), days, now.size) }
}

/** Of the quarters of which four fifths are known; of a day whose mean is higher than all of them there is none. */
function highestOf(
  quarters: Iterable<{ readonly date: string; readonly known: number; readonly most: number }>,
  days: Truth['days'],
  bays: number,
): Truth['highest'] {
  const highest = new Map<string, number>()
  for (const { date, known, most } of quarters)
    if (known >= 0.8 * bays - 1e-9) highest.set(date, Math.max(highest.get(date) ?? 0, Math.min(1, most / known)))
  for (const [date, { occupied, known }] of days)
    if ((highest.get(date) ?? 0) < occupied / known - 1e-9) highest.delete(date)
  return highest
}

export const baysOf = (layout: Layout): string[] =>
  layout.sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays.map(({ id }) => id)))
