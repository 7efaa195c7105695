/**
 * The folds, and the rows of the commit that each writes. Loaded with the fleet and dropped with it; `take` hands over what a batch has changed.
 * A new fold is its file in domain/folds/, a field of `HistoryBatch` of the type of its table's rows, and a line here.
 */

import type { DeviceRecord } from '../domain/fold.ts'
import { deviceHealth } from '../domain/folds/device-health.ts'
import type { Before, CountStep, DeviceEvent, EventKind, Fold, FoldStart } from '../domain/folds/fold.ts'
import { placeOccupancy } from '../domain/folds/place-occupancy.ts'
import { stays } from '../domain/folds/stays.ts'
import { zoneCounts } from '../domain/folds/zone-counts.ts'
import type { Reading } from '../domain/reading.ts'
import type { Watching } from '../domain/watching.ts'
import type { Instant } from '../lib/brand.ts'
import { createSessionBook, type HistoryBatch, type OccupancyRow } from '../store/store.ts'
import type { Fleet } from './fleet.ts'

/** What the folds write; stays that late readings repair are beside them. */
type Rows = Omit<HistoryBatch, 'sessionsGone' | 'sessionsAdded'>
type Start = FoldStart<OccupancyRow>

const list: { readonly [Field in keyof Rows]: (start: Start) => AnyFold<Rows[Field]> } = {
  sessions: ({ watching }) => anyFold(stays(watching, createSessionBook())),
  occupancy: (start) => anyFold(placeOccupancy(start)),
  counts: () => anyFold(zoneCounts()),
  health: () => anyFold(deviceHealth()),
}

export interface HistoryFold {
  /** A frame of the device has arrived, before its outcome is known. `isSetBack`: the clock of the server was set back meanwhile. */
  heard(state: DeviceRecord, arrived: Instant, time: Instant, isSetBack?: boolean): void
  doubted(state: DeviceRecord, time: Instant): void
  counted(state: DeviceRecord, step: CountStep, time: Instant): void
  /** The bay that the device watches. */
  bayOf(state: DeviceRecord): string | null
  applied(state: DeviceRecord, before: Before, reading: Reading, time: Instant): void
  relayout(watching: Watching, fleet: Fleet): void
  take(): HistoryBatch
}

const promiseMsUsual = 24 * 60 * 60_000

/** `promiseMs`: a device silent for longer is silent, whole milliseconds. */
export function createHistoryFold(
  first: Watching,
  fleet: Fleet,
  newest: readonly OccupancyRow[],
  promiseMs = promiseMsUsual,
): HistoryFold {
  let watching = first
  const start: Start = { watching, devices: statesOf(fleet), occupancy: newest, promiseMs }
  const fields = Object.keys(list) as (keyof Rows)[]
  const folds = fields.map((field) => ({ field, fold: list[field](start) as AnyFold<unknown> }))
  const following = (kind: EventKind) => folds.flatMap(({ fold }) => (fold.follows.includes(kind) ? [fold] : []))
  const by = {
    ...{ heard: following('heard'), applied: following('applied'), doubted: following('doubted') },
    ...{ counted: following('counted'), layout: following('layout'), 'set-back': following('set-back') },
  } satisfies Record<EventKind, unknown>
  const ticking = folds.flatMap(({ fold }) => (fold.tick ? [fold.tick] : []))

  function apply(event: DeviceEvent) {
    for (const fold of by[event.is]) fold.apply(event)
  }

  return {
    heard(device, arrived, time, isSetBack = false) {
      if (isSetBack) apply({ is: 'set-back' })
      for (const tick of ticking) tick(arrived)
      apply({ is: 'heard', device, arrived, time })
    },
    applied: (device, before, reading, time) => apply({ is: 'applied', device, before, reading, time }),
    doubted: (device, time) => apply({ is: 'doubted', device, time }),
    counted: (device, step, time) => apply({ is: 'counted', device, step, time }),
    bayOf: ({ external, claimedBay }) => watching.bayOf({ external, claimedBay }) ?? claimedBay,
    relayout(next, devices) {
      watching = next
      apply({ is: 'layout', watching, devices: statesOf(devices) })
    },
    take: () => Object.fromEntries(folds.map(({ field, fold }) => [field, fold.take()])) as unknown as Rows,
  }
}

const statesOf = (fleet: Fleet) => [...fleet.all()].map(({ state }) => state)

/** A fold of the list: it is given only events of the kinds that it follows. */
interface AnyFold<Rows> extends Omit<Fold<Rows>, 'apply'> {
  apply(event: DeviceEvent): void
}

const anyFold = <Rows, K extends EventKind>(fold: Fold<Rows, K>): AnyFold<Rows> => fold as unknown as AnyFold<Rows>
