/**
 * Presence: the state of every bay as processing has it (bay_state), and the newest state of every device.
 *
 * - A bay whose devices are all silent by the clock here is unknown and stale, before processing notices too. Never the other way: no bay becomes
 *   known here.
 * - `shown` is what has been published (snapshot and deltas speak of it); `publish` moves it and returns what changed.
 */

import { bayFlagBits, bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../../domain/device.ts'
import type { Instant } from '../../lib/brand.ts'
import type { BayStateRow } from '../../store/store.ts'
import type { Floor } from './floor.ts'
import { createShownCounts, type ShownCounts } from './shown-counts.ts'

export interface Presence {
  readonly floor: Floor
  readonly counts: ShownCounts
  readonly devices: ReadonlyMap<number, DeviceState>
  /** Wire codes by plan index, as published. Read only. */
  readonly shown: Uint8Array
  /** Grows with each change of what is published, and of arrivals: what was counted at the same number is still so. */
  revision(): number
  /** 1 by plan index: the state as published rests on a sensor that is heard. Read only. */
  readonly live: Uint8Array
  apply(device: DeviceState, now: Instant): void
  applyBay(row: BayStateRow, now: Instant): void
  /** Every bay row it was given, also of bays that are not in the layout. */
  bays(): Iterable<BayStateRow>
  /** Bays that fell silent, or are not after all because the clock was set back. Cheap enough for once a second. */
  expire(now: Instant): void
  /** Index, state, index, state, ... of what changed since the last call. */
  publish(): number[]
  bayAt(index: number): BayStateRow | undefined
  /** The device a bay's state rests on; of a bay whose state rests on none, the device that was heard last. */
  watcherOf(index: number): DeviceState | undefined
  /** The devices of a bay that report presence. */
  watchersOf(index: number): readonly DeviceState[]
  isStale(index: number): boolean
  isSilent(device: DeviceState, now: Instant): boolean
  /** After so long without a message it is silent. */
  promiseMsOf(device: Pick<DeviceState, 'external'>): number
  /** Arrival of the newest message of the devices of a bay; 0: none. */
  arrivedAt(index: number): number
  /** Arrival of the newest reading behind bays `from` to `to`; undefined when none. */
  updated(from: number, to: number): Instant | undefined
}

const unknown = bayStates.indexOf('unknown')
const closed = bayStates.indexOf('closed')

/** `promiseMs`: of a device whose heartbeat is not known. */
export function createPresence(floor: Floor, promiseMs: number): Presence {
  const size = floor.bays.length
  const devices = new Map<number, DeviceState>()
  const rows = new Map<string, BayStateRow>()
  const watchers = createWatchers()
  const states = new Uint8Array(size).fill(unknown)
  const isSilentNow = new Uint8Array(size)
  const heard = new Float64Array(size)
  /** When the last of its devices falls silent; infinity: none of them reports presence. */
  const silentFrom = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  for (const [i, bay] of floor.bays.entries()) if (bay.closed) states[i] = closed
  const shown = states.slice()
  const live = new Uint8Array(size)
  let changed = new Set<number>()
  let revision = 0

  const rowAt = (index: number) => rows.get(floor.bays[index]?.id ?? '')
  const silentAfter = (device: DeviceState) => device.lastArrived + floor.promiseMsOf(device.external, promiseMs)

  const watchersOf = (index: number) => reporting(devices, watchers.of(index))
  const settle = (index: number, now: Instant) => {
    const row = rowAt(index)
    const isSilent = now > (silentFrom[index] as number)
    isSilentNow[index] = isSilent ? 1 : 0
    if (!floor.bays[index]?.closed)
      states[index] = row === undefined || (isSilent && row.cause === 'device') ? unknown : bayStates.indexOf(row.state)
    changed.add(index)
  }
  const hear = (index: number) => {
    let newest = 0
    let last = Number.NEGATIVE_INFINITY
    for (const device of watchersOf(index)) {
      newest = Math.max(newest, device.lastArrived)
      last = Math.max(last, silentAfter(device))
    }
    heard[index] = newest
    revision++
    silentFrom[index] = last === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : last
  }
  const follow = (index: number | undefined, now: Instant) => {
    if (index === undefined) return
    hear(index)
    settle(index, now)
  }

  const isSilent = (device: DeviceState, now: Instant) => now > silentAfter(device)
  const counts = createShownCounts(floor, { shown, isSilent })

  return {
    ...{ floor, counts, devices, shown, live },
    revision: () => revision,
    bayAt: rowAt,
    bays: () => rows.values(),
    watcherOf(index) {
      const row = rowAt(index)
      const rests = row?.device === null || row?.device === undefined ? undefined : devices.get(row.device)
      if (rests) return rests
      return watchersOf(index).sort((a, b) => b.lastArrived - a.lastArrived)[0]
    },
    watchersOf,
    apply(device, now) {
      devices.set(device.id, device)
      counts.applyDevice(device)
      const place = floor.bayOf(device)
      follow(watchers.move(device.id, place), now)
      follow(place, now)
    },
    applyBay(row, now) {
      rows.set(row.bay, row)
      const index = floor.indexOf.get(row.bay)
      if (index !== undefined) settle(index, now)
    },
    expire(now) {
      counts.expire(now)
      for (let i = 0; i < size; i++) if ((isSilentNow[i] === 1) !== now > (silentFrom[i] as number)) settle(i, now)
    },
    publish() {
      const moved: number[] = []
      for (const i of changed) {
        live[i] = states[i] !== unknown && states[i] !== closed && rowAt(i)?.cause === 'device' ? 1 : 0
        if (shown[i] !== states[i]) {
          shown[i] = states[i] as number
          moved.push(i, states[i] as number)
          counts.bayChanged(floor.bays[i]?.id ?? '')
        }
      }
      if (changed.size > 0) revision++
      changed = new Set()
      return moved
    },
    isStale: (index) => isSilentNow[index] === 1 || ((rowAt(index)?.flags ?? 0) & bayFlagBits.stale) !== 0,
    isSilent,
    promiseMsOf: ({ external }) => floor.promiseMsOf(external, promiseMs),
    arrivedAt: (index) => heard[index] ?? 0,
    updated: (from, to) => newestIn(heard, from, to),
  }
}

/** Those that report presence. */
function reporting(devices: ReadonlyMap<number, DeviceState>, ids: readonly number[]): DeviceState[] {
  return ids.flatMap((id) => {
    const device = devices.get(id)
    return device?.occupied === undefined ? [] : device
  })
}

function newestIn(heard: Float64Array, from: number, to: number): Instant | undefined {
  let newest = 0
  for (let i = from; i < to; i++) newest = Math.max(newest, heard[i] as number)
  return newest === 0 ? undefined : (newest as Instant)
}

/** Which devices watch which bay, by their numbers. */
function createWatchers() {
  const placeOf = new Map<number, number>()
  const byBay = new Map<number, readonly number[]>()
  return {
    of: (index: number) => byBay.get(index) ?? [],
    /** Returns the bay that it watched before, where that is another one. */
    move(id: number, to: number | undefined): number | undefined {
      const from = placeOf.get(id)
      if (from === to) return undefined
      if (from !== undefined)
        byBay.set(
          from,
          (byBay.get(from) ?? []).filter((other) => other !== id),
        )
      if (to === undefined) placeOf.delete(id)
      else {
        placeOf.set(id, to)
        byBay.set(to, [...(byBay.get(to) ?? []), id])
      }
      return from
    },
  }
}
