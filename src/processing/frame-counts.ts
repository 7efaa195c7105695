/**
 * Where the frames of a batch ended, counted three times: for the batch, by source and day of arrival (the ledger), and by sensor and day. A frame
 * that waits counts as quarantined until it is decided.
 */
import type { Uplink } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import { type DayNumber, dayMs, dayNumber } from '../lib/utc-day.ts'
import { type RowList, type RowMemory, type SensorDayDelta, sensorDayRows } from '../store/store.ts'
import type { Outcome, SensorFates } from './dead-letter.ts'
import type { Fleet, Tracked } from './fleet.ts'
import { createLedgerBook, createSensorDayBook, type LedgerBook, type SensorDayBook } from './ledger-book.ts'
import type { Ticket } from './undecided-frames.ts'

export type Outcomes = Record<Outcome, number>
export const noOutcomes = (): Outcomes => ({ committed: 0, duplicate: 0, quarantined: 0 })

export interface FrameCounts {
  readonly ledger: LedgerBook
  readonly outcomes: Outcomes
  /** All frames of a record have ended. Their sensors are counted by `sensor` and `sensors`. */
  record(uplink: Uplink, ended: Outcomes): void
  /** The only sensor of a frame, or one of its readings. */
  sensor(device: Tracked, arrivedAt: Instant, what: Outcome | 'readings'): void
  /**
   * The sensors of a frame of several readings. `before`: for which of them it was counted when it came first. It counts again only for those
   * for which it was quarantined, or not counted at all.
   */
  sensors(uplink: Uplink, fates: ReadonlyMap<Tracked, Outcome>, before: SensorFates): void
  /** A frame that waited has ended, with the last of its readings. */
  decided(ticket: Ticket): void
  /** By how much the missing numbers of a day change. */
  missed(device: Tracked, uplink: Uplink, day: DayNumber, by: number): void
  sensorDays(memory?: RowMemory): RowList<SensorDayDelta>
}

export function createFrameCounts(fleet: Fleet): FrameCounts {
  const ledger = createLedgerBook()
  const outcomes = noOutcomes()
  const days = createSensorDayBook()

  /** Counts with the device, and by day only when the day is another or the batch is whole. */
  function sensor(device: Tracked, arrivedAt: Instant, what: Outcome | 'readings') {
    const day = dayNumber(arrivedAt)
    if (device.day !== day) {
      settleDay(days, device)
      device.day = day
    }
    device.counts[what]++
  }

  return {
    ledger,
    outcomes,
    record({ source, arrivedAt }, ended) {
      for (const outcome of outcomeNames) {
        outcomes[outcome] += ended[outcome]
        ledger.add(source, arrivedAt, outcome, ended[outcome])
      }
    },
    sensor,
    sensors({ source, arrivedAt }, fates, before) {
      const day = dayNumber(arrivedAt)
      for (const [external, fate] of before) {
        const device = fleet.find(source, external)
        if (device && fate === 'quarantined') days.add(device.state.id, day, 'quarantined', -1)
      }
      for (const [device, fate] of fates) {
        const counted = before.find(([external]) => external === device.state.external)
        if (!counted || counted[1] === 'quarantined') sensor(device, arrivedAt, fate)
      }
    },
    decided({ uplink: { source, arrivedAt }, committed, devices }) {
      const outcome = committed ? 'committed' : 'duplicate'
      ledger.add(source, arrivedAt, 'quarantined', -1)
      ledger.add(source, arrivedAt, outcome, 1)
      outcomes[outcome]++
      outcomes.quarantined--
      for (const device of devices) sensor(device, arrivedAt, outcome)
    },
    missed({ state }, { source }, day, by) {
      ledger.add(source, day * dayMs, 'lost', by)
      days.add(state.id, day, 'lost', by)
    },
    sensorDays: (memory) => sensorDayRows.pack(sensorDaysOf(days, fleet), memory),
  }
}

const outcomeNames = ['committed', 'duplicate', 'quarantined'] as const
const countNames = [...outcomeNames, 'readings'] as const

/** Nearly every device has one day in a batch and no missing numbers: its row is made as it is packed. */
function* sensorDaysOf(days: SensorDayBook, fleet: Fleet): Generator<SensorDayDelta> {
  for (const device of fleet.dirty()) {
    const { state, day, counts } = device
    if (days.has(state.id, day)) settleDay(days, device)
    else if (countNames.some((what) => counts[what] > 0)) {
      yield { device: state.id, day, ...counts, lost: 0 }
      for (const what of countNames) counts[what] = 0
    }
  }
  yield* days.rows()
}

function settleDay(days: SensorDayBook, { state, day, counts }: Tracked) {
  for (const what of countNames) {
    if (counts[what] > 0) days.add(state.id, day, what, counts[what])
    counts[what] = 0
  }
}
