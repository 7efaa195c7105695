/**
 * Which bay a device watched at a past time, from the periods of its assignments (assigned-device.ts): a reading that comes late belongs to the bay
 * that its sensor watched when it was measured. Pure.
 *
 * - Within a period it is the bay of that period. Of a bay that the layout does not have any more it is the bay of now: it was given another name.
 * - Before its first period a device counts for the bay that it names, where that had no device then; else for the bay of the period that follows,
 *   where that had none: it stood there all the time. Otherwise it watched none.
 */
import type { Instant } from '../lib/brand.ts'
import { type AssignedDevice, type AssignmentPeriod, changedPeriods } from './assigned-device.ts'
import type { Proposer } from './assignment.ts'
import { normalHardwareId } from './hardware-id.ts'
import type { Watching } from './watching.ts'

/** A device at a time. */
export type PlaceThen =
  /** It watched the bay that it watches now, from `from` on. */
  | { readonly is: 'now'; readonly from: number }
  /** It watched another one until `to`; undefined: none. `isOnly`: no other device was assigned to that bay meanwhile. */
  | {
      readonly is: 'then'
      readonly bay: string | undefined
      readonly from: number
      readonly to: number
      readonly isOnly: boolean
    }

type Period = Pick<AssignmentPeriod, 'device' | 'bay' | 'from' | 'to'>

export interface AssignmentHistory {
  /** When an assignment began or ended last. */
  readonly changedAt: number
  relayout(assigned: readonly AssignedDevice[], at: Instant): void
  placeAt(device: Proposer, time: Instant, watching: Watching): PlaceThen
}

export function createAssignmentHistory(stored: readonly AssignmentPeriod[]): AssignmentHistory {
  let periods = stored
  let changedAt = stored.reduce((last, { from, to }) => Math.max(last, from, to ?? 0), 0)
  /** Made when they are asked for: most layouts change no place of a device, and most readings come in time. */
  let byDevice: ReadonlyMap<string, readonly Period[]> | undefined
  let byBay: ReadonlyMap<string | null, readonly Period[]> | undefined

  function periodsOf(external: string): readonly Period[] {
    byDevice ??= Map.groupBy(periods, ({ device }) => device)
    return byDevice.get(normalHardwareId(external)) ?? none
  }
  const ofBay = (bay: string) => {
    byBay ??= Map.groupBy(periods, (period) => period.bay)
    return byBay.get(bay) ?? none
  }
  const isWatched = (bay: string, time: Instant) => ofBay(bay).some((period) => holds(period, time))
  const isAlone = ({ device, bay, from, to }: Period) =>
    bay !== null && ofBay(bay).every((other) => other.device === device || !overlaps(other, { from, to }))

  function beforeNext(device: Proposer, time: Instant, next: Period, watching: Watching): PlaceThen {
    const earlier = periodsOf(device.external).map(({ to }) => to ?? 0)
    const from = Math.max(0, ...earlier.filter((to) => to <= time))
    const then = { is: 'then', from, to: next.from, isOnly: false } as const
    const named = watching.namedBy(device)
    if (named !== undefined && named !== next.bay && !isWatched(named, time)) return { ...then, bay: named }
    if (next.bay === null || isWatched(next.bay, time)) return { ...then, bay: undefined }
    return next.to === null ? { is: 'now', from } : { ...then, bay: next.bay, to: next.to }
  }

  return {
    get changedAt() {
      return changedAt
    },
    relayout(assigned, at) {
      const open = periods.filter(({ to }) => to === null)
      const changed = changedPeriods(open, assigned, { version: 0, at, author: '' })
      if (changed.length === 0) return
      const ended = new Set(changed.flatMap(({ device, to }) => (to === null ? [] : [device])))
      periods = [...periods.filter(({ device, to }) => to !== null || !ended.has(device)), ...changed]
      changedAt = changed.reduce((last, { from, to }) => Math.max(last, from, to ?? 0), changedAt)
      byDevice = undefined
      byBay = undefined
    },
    placeAt(device, time, watching) {
      const own = periodsOf(device.external)
      const period = own.find((each) => holds(each, time))
      if (period?.to === null) return { is: 'now', from: period.from }
      if (period) {
        if (period.bay !== null && !watching.closed.has(period.bay)) return { is: 'now', from: 0 }
        const { bay, from, to } = period
        return { is: 'then', bay: bay ?? undefined, from, to: to as number, isOnly: isAlone(period) }
      }
      const next = own.filter(({ from }) => from > time).sort((a, b) => a.from - b.from)[0]
      if (next) return beforeNext(device, time, next, watching)
      return { is: 'now', from: Math.max(0, ...own.map(({ to }) => to ?? 0)) }
    },
  }
}

const none: readonly Period[] = []

const holds = ({ from, to }: Pick<Period, 'from' | 'to'>, time: Instant) => from <= time && (to === null || time < to)

const overlaps = (a: Pick<Period, 'from' | 'to'>, b: Pick<Period, 'from' | 'to'>) =>
  a.from < (b.to ?? Number.POSITIVE_INFINITY) && b.from < (a.to ?? Number.POSITIVE_INFINITY)
