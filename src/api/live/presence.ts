/**
 * Presence: the newest state of every device, and through the floor the state of every bay.
 *
 * - Several devices on one bay: the latest measured wins, among those that speak of presence at all.
 * - A bay whose device is silent for longer than the promise is unknown and stale; the next word makes it known again.
 * - `shown` is what has been published (snapshot and deltas speak of it); `publish` moves it and says what changed.
 */

import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../../domain/device.ts'
import { bayState } from '../../domain/occupancy.ts'
import type { Instant } from '../../lib/brand.ts'
import type { Floor } from './floor.ts'

export interface Presence {
  readonly floor: Floor
  readonly devices: ReadonlyMap<number, DeviceState>
  /** Wire codes by plan index, as published. Read only. */
  readonly shown: Uint8Array
  apply(device: DeviceState, now: Instant): void
  /** Bays that fell silent, or are not after all because the clock was set back. Cheap enough for once a second. */
  expire(now: Instant): void
  /** Index, state, index, state, ... of what changed since the last call. */
  publish(): number[]
  /** The device a bay's state rests on. */
  watcherOf(index: number): DeviceState | undefined
  isStale(index: number): boolean
  isSilent(device: DeviceState, now: Instant): boolean
  /** Arrival of the newest reading behind bays `from` to `to`; undefined when none. */
  updated(from: number, to: number): Instant | undefined
}

const unknown = bayStates.indexOf('unknown')

export function createPresence(floor: Floor, promiseMs: number): Presence {
  const size = floor.bays.length
  const devices = new Map<number, DeviceState>()
  const placeOf = new Map<number, number>()
  /** Device numbers by bay. */
  const watchers = new Map<number, number[]>()
  const states = new Uint8Array(size).fill(unknown)
  const stale = new Uint8Array(size)
  const heard = new Float64Array(size)
  for (const [i, bay] of floor.bays.entries()) states[i] = bayStates.indexOf(bayState(bay, undefined))
  const shown = states.slice()
  let changed = new Set<number>()

  const watcherOf = (index: number): DeviceState | undefined => {
    let best: DeviceState | undefined
    for (const id of watchers.get(index) ?? []) {
      const device = devices.get(id)
      if (device?.occupied === undefined) continue
      if (!best || device.lastTime > best.lastTime || (device.lastTime === best.lastTime && device.rev > best.rev))
        best = device
    }
    return best
  }
  const settle = (index: number, now: Instant) => {
    const device = watcherOf(index)
    const silent = device !== undefined && now - device.lastArrived > promiseMs
    heard[index] = device?.lastArrived ?? 0
    stale[index] = silent ? 1 : 0
    const bay = floor.bays[index]
    states[index] = bay ? bayStates.indexOf(bayState(bay, silent ? undefined : device)) : unknown
    changed.add(index)
  }
  const move = (device: DeviceState, from: number | undefined, to: number | undefined, now: Instant) => {
    if (from !== undefined) {
      watchers.set(
        from,
        (watchers.get(from) ?? []).filter((id) => id !== device.id),
      )
      settle(from, now)
    }
    if (to === undefined) placeOf.delete(device.id)
    else {
      placeOf.set(device.id, to)
      watchers.set(to, [...(watchers.get(to) ?? []), device.id])
    }
  }

  return {
    floor,
    devices,
    shown,
    watcherOf,
    apply(device, now) {
      devices.set(device.id, device)
      const before = placeOf.get(device.id)
      const place = floor.bayOf(device)
      if (place !== before) move(device, before, place, now)
      if (place !== undefined) settle(place, now)
    },
    expire(now) {
      for (let i = 0; i < size; i++) {
        const at = heard[i] as number
        if (at > 0 && (stale[i] === 1) !== now - at > promiseMs) settle(i, now)
      }
    },
    publish() {
      const moved: number[] = []
      for (const i of changed)
        if (shown[i] !== states[i]) {
          shown[i] = states[i] as number
          moved.push(i, states[i] as number)
        }
      changed = new Set()
      return moved
    },
    isStale: (index) => stale[index] === 1,
    isSilent: (device, now) => now - device.lastArrived > promiseMs,
    updated(from, to) {
      let newest = 0
      for (let i = from; i < to; i++) newest = Math.max(newest, heard[i] as number)
      return newest === 0 ? undefined : (newest as Instant)
    },
  }
}
