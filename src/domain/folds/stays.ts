/** Stays that end. One that goes on is the state of its device: occupied since `since`. */
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import type { Watching } from '../watching.ts'
import type { EventOf, Fold } from './fold.ts'

export interface StayRow {
  /** DeviceState.id */
  readonly device: number
  readonly arrival: Instant
  readonly departure: Instant
  readonly dwellMs: number
  /** The bay that the device watched at its end. */
  readonly bay: string | null
  /** False when the sensor stopped knowing: the stay lasted at least so long. */
  readonly certain: boolean
}

/** Where stays are kept until they are taken: they are many, and not kept as objects. */
export interface StayBook<Rows> {
  add(stay: StayRow): void
  take(): Rows
}

export function stays<Rows>(first: Watching, book: StayBook<Rows>): Fold<Rows, 'applied' | 'layout'> {
  let watching = first

  /** A bay that the layout does not know is kept as claimed; one that is assigned to another device is not. */
  const bayOf = ({ external }: DeviceRecord, claimedBay: string | null) =>
    watching.bayOf({ external, claimedBay }) ??
    (watching.conflictOf({ external, claimedBay }) === undefined ? claimedBay : null)

  function end({ device, before, time }: EventOf<'applied'>, since: Instant) {
    const departure = instant(Math.max(time, since))
    book.add({
      ...{ device: device.id, arrival: since, departure, dwellMs: departure - since },
      bay: bayOf(device, before.claimedBay),
      certain: device.occupied === false && departure > since,
    })
  }

  return {
    follows: ['applied', 'layout'],
    apply(event) {
      if (event.is === 'layout') watching = event.watching
      else if (event.before.occupied === true && event.device.occupied !== true && event.before.since !== null)
        end(event, event.before.since)
    },
    take: book.take,
  }
}
