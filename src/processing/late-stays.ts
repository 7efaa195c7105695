/**
 * Stays repaired by late readings: what the stays of a device are with them and what they were without, from the rows around them. A stay that is
 * no more is removed, one that came to light is added; both in the transaction of the readings (docs/specs/ordering.md, H2).
 */

import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { apartEpoch } from '../domain/reading.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { listOf, type ReadingRow, type ReadingRows, type SessionRow, type Store } from '../store/store.ts'
import type { Fleet, Tracked } from './fleet.ts'
import { timeLateMaxMs } from './plausible-time.ts'

export interface StayKey {
  readonly device: number
  readonly arrival: Instant
  readonly departure: Instant
}

export interface StayRepair {
  readonly gone: readonly StayKey[]
  readonly added: readonly SessionRow[]
}

export interface LateStays {
  /** A late reading has a presence for this time. */
  add(device: Tracked, time: Instant): void
  /** What the late readings of the batch change; and `since` of devices whose present stay began at another time. */
  repair(bayOf: (device: Tracked) => string | null): Promise<StayRepair>
}

type Presence = Pick<ReadingRow, 'time' | 'epoch' | 'seq' | 'pos' | 'idx' | 'occupied'>

/** Order of a device's readings: by time, by number where the time is the same, then as they came. */
const byTime = (a: Presence, b: Presence) =>
  a.time - b.time || a.epoch - b.epoch || (a.seq ?? 0) - (b.seq ?? 0) || a.pos - b.pos || a.idx - b.idx

/** A late reading without a device time has the time of its arrival: when it was measured is not known. */
const hasPlace = ({ epoch, quality, time, arrived }: ReadingRow) =>
  epoch !== apartEpoch && !((quality & qualityBits.late) !== 0 && time === arrived)

export interface Stay {
  readonly arrival: Instant
  readonly departure: Instant
  readonly certain: boolean
}

/** The stays that end within these rows, in any order; and the one that does not. */
export function staysIn(rows: readonly Presence[]): {
  readonly ended: readonly Stay[]
  readonly since: Instant | null
  readonly last: boolean | null | undefined
} {
  const ended: Stay[] = []
  let arrival: Instant | undefined
  let since: Instant | null = null
  let last: boolean | null | undefined
  for (const { time, occupied } of [...rows].sort(byTime)) {
    if (occupied === undefined || occupied === last) continue
    if (last === true && arrival !== undefined)
      ended.push({ arrival, departure: time, certain: occupied === false && time > arrival })
    arrival = occupied === true ? time : undefined
    since = time
    last = occupied
  }
  return { ended, since, last }
}

export function createLateStays(
  store: Pick<Store, 'readingsBetween'>,
  rows: ReadingRows,
  fleet: Pick<Fleet, 'touch'>,
): LateStays {
  const late = new Map<Tracked, { from: number; to: number }>()
  return {
    add(device, time) {
      const range = late.getOrInsertComputed(device, () => ({ from: time, to: time }))
      range.from = Math.min(range.from, time)
      range.to = Math.max(range.to, time)
    },
    async repair(bayOf) {
      const gone: StayKey[] = []
      const added: SessionRow[] = []
      if (late.size === 0) return { gone, added }
      const own = Map.groupBy(
        listOf(rows).filter((row) => hasPlace(row)),
        ({ device }) => device,
      )
      for (const [device, { from, to }] of late) {
        const { id } = device.state
        const before = (
          await store.readingsBetween(id, instant(from - timeLateMaxMs), instant(to + timeLateMaxMs))
        ).filter((row) => hasPlace(row))
        const batch = own.get(id) ?? []
        const isLate = (row: ReadingRow) => (row.quality & qualityBits.late) !== 0
        const was = staysIn([...before, ...batch.filter((row) => !isLate(row))])
        const is = staysIn([...before, ...batch])
        const keyOf = ({ arrival, departure, certain }: Stay) => `${arrival} ${departure} ${certain}`
        const [wasKeys, isKeys] = [new Set(was.ended.map(keyOf)), new Set(is.ended.map(keyOf))]
        for (const { arrival, departure, ...stay } of was.ended)
          if (!isKeys.has(keyOf({ arrival, departure, ...stay }))) gone.push({ device: id, arrival, departure })
        const bay = bayOf(device)
        for (const stay of is.ended)
          if (!wasKeys.has(keyOf(stay)))
            added.push({ ...stay, device: id, dwellMs: stay.departure - stay.arrival, bay })
        if (is.last === was.last) moveSince(device, was.since, is.since)
      }
      late.clear()
      return { gone, added }
    },
  }

  /** The presence of now began at another time than was known. */
  function moveSince(device: Tracked, was: Instant | null, is: Instant | null) {
    const { state, order } = device
    if (is === null || was === is) return
    if (order.held) {
      if (order.held.since !== was) return
      order.held = { ...order.held, since: is }
      order.changed = true
    } else if (state.since === was) state.since = is
    fleet.touch(device)
  }
}
