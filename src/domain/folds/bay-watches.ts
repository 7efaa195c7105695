/** Which devices watch which bays, with what is remembered of each. */
import type { DeviceRecord } from '../fold.ts'
import type { Watching } from '../watching.ts'
import type { BayBook } from './bay-book.ts'
import type { BayStateRow } from './bay-rows.ts'
import { type BaySlot, noWatchers, type Watch } from './bay-slot.ts'
import { type ChangePattern, newPattern, patternFrom, type StoredPattern } from './change-pattern.ts'

/** A device may miss one heartbeat, and be late with the next. */
const heartbeatsPromised = 2.5

/** `usualMs`: of a device whose heartbeat is not known. */
export function promiseMsOf(watching: Pick<Watching, 'heartbeatMsOf'>, external: string, usualMs: number): number {
  const heartbeatMs = watching.heartbeatMsOf(external)
  return heartbeatMs === undefined ? usualMs : Math.round(heartbeatsPromised * heartbeatMs)
}

export interface BayWatches {
  /** Undefined: it was not met yet. Null: it watches no bay. */
  of(device: DeviceRecord): Watch | null | undefined
  /** Of all devices, by this layout. */
  lay(watching: Watching, devices: readonly DeviceRecord[], now: number): void
  /** The bay that it watches now, which may be another than before. */
  rewatch(device: DeviceRecord, now: number): { readonly left: BaySlot | undefined; readonly watch: Watch | null }
  all(): Iterable<Watch>
}

interface WatchesDeps {
  /** Of a device whose heartbeat is not known. */
  readonly usualMs: number
  /** By an outage of its gateway. */
  isCutOff(device: DeviceRecord): boolean
  /** A watch begins; its silence falls due. */
  added(watch: Watch): void
}

export function createBayWatches(
  book: BayBook,
  stored: readonly BayStateRow[],
  { usualMs, isCutOff, added }: WatchesDeps,
): BayWatches {
  let watching: Watching
  /** By the number of the device. */
  let watches: (Watch | null | undefined)[] = []
  let patterns = new Map<number, ChangePattern>()
  for (const { patterns: text } of stored)
    for (const pattern of JSON.parse(text) as StoredPattern[]) patterns.set(pattern[0], patternFrom(pattern))

  function add(device: DeviceRecord, now: number): Watch | null {
    const bay = watching.bayOf(device)
    const known = patterns.get(device.id)
    if (bay === undefined) {
      patterns.delete(device.id)
      watches[device.id] = null
      return null
    }
    const slot = book.slotOf(bay)
    const promiseMs = promiseMsOf(watching, device.external, usualMs)
    // Not `device.since`: late readings move that, and how far depends on where a batch ends.
    const pattern = known ?? newPattern()
    // Zero: it was never heard, by any clock.
    const isSilent = device.lastArrived === 0 || device.lastArrived + promiseMs <= now
    const isLow = device.batteryLow === true
    const dueAt = Number.POSITIVE_INFINITY
    const states = { isLow, isSilent, isCutOff: isCutOff(device) }
    const watch: Watch = { device, slot, promiseMs, pattern, readAt: device.lastTime, ...states, dueAt }
    patterns.set(device.id, pattern)
    watches[device.id] = watch
    slot.watchers = [...slot.watchers, watch].sort((a, b) => a.device.id - b.device.id)
    if (!known) book.mark(slot)
    added(watch)
    return watch
  }

  return {
    of: ({ id }) => watches[id],
    lay(next, devices, now) {
      watching = next
      const before = new Map([...book.all()].map((slot) => [slot, slot.watchers]))
      for (const slot of book.all()) Object.assign(slot, { isInLayout: false, isClosed: false, watchers: noWatchers })
      for (const [bay, isClosed] of watching.closed) Object.assign(book.slotOf(bay), { isInLayout: true, isClosed })
      const isFirst = watches.length === 0
      watches = []
      const watched = new Set<number>()
      for (const device of devices) if (add(device, now)) watched.add(device.id)
      patterns = new Map([...patterns].filter(([id]) => watched.has(id)))
      if (isFirst) return
      for (const [slot, watchers] of before) if (!isSame(watchers, slot.watchers)) book.mark(slot)
    },
    rewatch(device, now) {
      const before = watches[device.id]
      const left = before?.slot
      if (left) left.watchers = left.watchers.filter((watch) => watch !== before)
      const watch = add(device, now)
      if (left && watch?.slot !== left) {
        book.mark(left)
        if (watch) book.mark(watch.slot)
      }
      return { left: watch?.slot === left ? undefined : left, watch }
    },
    all: () => watches.filter((watch) => watch !== null && watch !== undefined),
  }
}

const isSame = (a: readonly Watch[], b: readonly Watch[]) =>
  a.length === b.length && a.every(({ device }, i) => device.id === b[i]?.device.id)
