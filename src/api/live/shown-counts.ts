/**
 * Count zones as they are shown: the row that processing has, doubted where a gate is silent by the clock here. Never the other way: no count
 * becomes known here.
 */
import { bayStates, type CountState } from '@baykeeper/contract/vocabulary.ts'
import { type Band, type BayTally, noBays, uncovered, withOffset } from '../../domain/count-band.ts'
import { type CountZone, countKey } from '../../domain/counting.ts'
import type { DeviceState } from '../../domain/device.ts'
import { normalHardwareId } from '../../domain/hardware-id.ts'
import type { Occupancy } from '../../domain/occupancy.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { CountZoneRow } from '../../store/store.ts'
import type { Floor } from './floor.ts'

export interface ShownCount {
  readonly zone: CountZone
  /** Undefined until processing has met the zone. */
  readonly row: CountZoneRow | undefined
  readonly state: CountState
  /** Its places without a bay, as what they count in sums. */
  readonly places: Occupancy
  /** Places that are free, with its bays, as sums have it. */
  readonly free: number
  /** Devices of its gates that are silent, were never heard, or have not counted since then. */
  readonly silent: readonly string[]
  /** Newest message of a device of its gates. */
  readonly arrived: Instant | undefined
}

export interface ShownCounts {
  applyDevice(device: DeviceState): void
  applyRow(row: CountZoneRow): void
  /** Every row it was given, also of zones that are not in the layout. */
  rows(): Iterable<CountZoneRow>
  /** Silence is judged by this time. */
  expire(now: Instant): void
  /** A bay is shown in another state. */
  bayChanged(bay: string): void
  /** In the order of the layout. */
  all(): readonly ShownCount[]
}

interface ShownCountsDeps {
  /** Plan index to wire code, as published. */
  readonly shown: Uint8Array
  isSilent(device: DeviceState, now: Instant): boolean
}

export function createShownCounts({ counting, indexOf }: Floor, { shown, isSilent }: ShownCountsDeps): ShownCounts {
  const rows = new Map<string, CountZoneRow>()
  /** By normal id, then number: two sources may name one device. */
  const devices = new Map<string, Map<number, DeviceState>>()
  let now = instant(0)
  let known: readonly ShownCount[] | undefined

  function tallyOf({ bays }: CountZone): BayTally {
    const tally = noBays()
    for (const bay of bays) tally[bayStates[shown[indexOf.get(bay) as number] as number] ?? 'unknown']++
    return tally
  }

  function showCount(zone: CountZone): ShownCount {
    const row = rows.get(countKey(zone))
    const ofGates = zone.devices.map((id) => [...(devices.get(id)?.values() ?? [])])
    const isHeard = (i: number) => ofGates[i]?.some((device) => !isSilent(device, now))
    const silent = zone.devices.filter((id, i) => !isHeard(i) || row?.awaited.includes(id))
    const newest = ofGates.flat().reduce((last, { lastArrived }) => Math.max(last, lastArrived), 0)
    const isDoubted = silent.length > 0 && (row?.state === 'known' || row?.state === 'uncertain')
    const state = isDoubted ? 'stale' : (row?.state ?? 'unknown')
    const taken = row && takenIn(row, zone)
    const bays = tallyOf(zone)
    const { capacity, occupied, known } = uncovered(state === 'known' ? taken : undefined, bays, zone.capacity)
    // Only where every gate is heard is anything known of it.
    const ofStates = { free: known - occupied, occupied, reserved: 0, unknown: capacity - known, closed: 0 }
    const places = { capacity, ...ofStates, live: known }
    const free = bays.free + places.free
    return { zone, row, state, places, free, silent, arrived: newest === 0 ? undefined : instant(newest) }
  }

  return {
    applyDevice(device) {
      if (counting.passagesOf(device.external) === undefined) return
      devices.getOrInsertComputed(normalHardwareId(device.external), () => new Map()).set(device.id, device)
      known = undefined
    },
    applyRow(row) {
      rows.set(countKey(row), row)
      known = undefined
    },
    rows: () => rows.values(),
    expire(at) {
      now = at
      known = undefined
    },
    bayChanged(bay) {
      if (counting.zonesOf(bay).length > 0) known = undefined
    },
    all() {
      known ??= counting.zones.map(showCount)
      return known
    },
  }
}

/** By the layout that is shown, which may be newer than that of the row. */
const takenIn = ({ low, high }: CountZoneRow, { capacity, offset }: CountZone): Band | undefined =>
  low === null || high === null ? undefined : withOffset({ low, high }, offset, capacity)

const noPlaces: Occupancy = { capacity: 0, free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0, live: 0 }

export const addOccupancy = (a: Occupancy, b: Occupancy): Occupancy => ({
  capacity: a.capacity + b.capacity,
  free: a.free + b.free,
  occupied: a.occupied + b.occupied,
  reserved: a.reserved + b.reserved,
  unknown: a.unknown + b.unknown,
  closed: a.closed + b.closed,
  live: a.live + b.live,
})

export const sumOfCounts = (counts: readonly ShownCount[]): Occupancy =>
  counts.reduce((sum, { places }) => addOccupancy(sum, places), noPlaces)
