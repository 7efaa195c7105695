/** The devices that count at gates: which passages each counts, and whether it is silent. */

import type { Passage } from '../counting.ts'
import type { DeviceRecord } from '../fold.ts'
import { normalHardwareId } from '../hardware-id.ts'
import type { Watching } from '../watching.ts'
import { promiseMsOf } from './bay-watches.ts'
import { createDueQueue } from './due-queue.ts'

export interface GateWatch {
  readonly device: DeviceRecord
  /** Normal id of the device. */
  readonly id: string
  readonly promiseMs: number
  readonly passages: readonly Passage[]
  /** When it is checked for silence; infinity: it is silent. */
  dueAt: number
}

export interface GateWatches {
  /** Undefined for a device that counts nothing. */
  of(device: DeviceRecord, now: number): GateWatch | undefined
  rebuildPlaces(watching: Watching, devices: readonly DeviceRecord[], now: number): void
  /** A frame of the device has arrived. */
  touch(device: DeviceRecord, arrived: number, now: number): void
  /** The next one that has fallen silent by then, and when that was. */
  takeSilent(now: number): { readonly at: number; readonly watch: GateWatch } | undefined
  /** The clock was set back: those that are not silent by it after all are heard. */
  turnBack(now: number): void
  /** By its normal id: two sources may name one device. */
  isHeard(id: string): boolean
}

const silentAt = ({ device, promiseMs }: GateWatch) => device.lastArrived + promiseMs
const isSilent = ({ dueAt }: GateWatch) => dueAt === Number.POSITIVE_INFINITY

/** Which devices are not silent, by their normal ids, and which of them falls silent next. */
function createHeard() {
  const queue = createDueQueue<GateWatch>()
  const heard = new Map<string, number>()
  const count = ({ id }: GateWatch, by: 1 | -1) => heard.set(id, (heard.get(id) ?? 0) + by)

  function awaitSilence(watch: GateWatch, at: number) {
    watch.dueAt = at
    queue.add(at, watch.device.id, watch)
  }

  return {
    has: (id: string) => (heard.get(id) ?? 0) > 0,
    begin(watch: GateWatch, at: number) {
      count(watch, 1)
      awaitSilence(watch, at)
    },
    awaitSilence,
    takeSilent(now: number) {
      for (let due = queue.takeDue(now); due !== undefined; due = queue.takeDue(now)) {
        const { what: watch, at } = due
        // Another check has replaced this one.
        if (at !== watch.dueAt) continue
        const silent = silentAt(watch)
        if (silent > at) {
          awaitSilence(watch, silent)
          continue
        }
        watch.dueAt = Number.POSITIVE_INFINITY
        count(watch, -1)
        return { at, watch }
      }
      return undefined
    },
  }
}

/** `usualMs`: promise of a device whose heartbeat is not known. */
export function createGateWatches(usualMs: number): GateWatches {
  let watching: Watching | undefined
  /** By the number of the device; null: it counts nothing. */
  let watches: (GateWatch | null | undefined)[] = []
  let heard = createHeard()
  const isCounting = () => (watching?.counting.zones.length ?? 0) > 0

  /** A device is met in the same way at its first event as when the fold is loaded again. */
  function meet(device: DeviceRecord, now: number): GateWatch | null {
    const known = watches[device.id]
    if (known !== undefined) return known
    const passages = watching?.counting.passagesOf(device.external)
    if (!watching || !passages) {
      watches[device.id] = null
      return null
    }
    const promiseMs = promiseMsOf(watching, device.external, usualMs)
    const id = normalHardwareId(device.external)
    const watch: GateWatch = { device, id, promiseMs, passages, dueAt: Number.POSITIVE_INFINITY }
    watches[device.id] = watch
    if (silentAt(watch) > now) heard.begin(watch, silentAt(watch))
    return watch
  }

  return {
    of: (device, now) => (isCounting() ? (meet(device, now) ?? undefined) : undefined),
    rebuildPlaces(next, devices, now) {
      watching = next
      watches = []
      heard = createHeard()
      if (isCounting()) for (const device of devices) meet(device, now)
    },
    touch(device, arrived, now) {
      const watch = isCounting() ? meet(device, now) : null
      if (!watch) return
      const at = arrived + watch.promiseMs
      // By a clock that was set back it falls silent earlier than was awaited.
      if (!isSilent(watch) && at < watch.dueAt) heard.awaitSilence(watch, at)
      // A frame of long ago that is decoded again is no sign of life.
      if (isSilent(watch) && at > now) heard.begin(watch, at)
    },
    takeSilent: (now) => heard.takeSilent(now),
    turnBack(now) {
      for (const watch of watches)
        if (watch && isSilent(watch) && silentAt(watch) > now) heard.begin(watch, silentAt(watch))
    },
    isHeard: (id) => heard.has(id),
  }
}
