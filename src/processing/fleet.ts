/**
 * The devices in memory, as the store remembers them plus what the batch in hand has changed. Changed in place; when a commit
 * fails the whole fleet is dropped and loaded again, so a half-applied batch cannot survive.
 */
import type { DeviceState } from '../domain/device.ts'
import { type DeviceRecord, newDevice } from '../domain/fold.ts'
import type { DeviceId } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'

/** Numbers kept per device after a commit: answers the common repeat without a look into the store. */
export const recentSeqsMax = 8

export interface Tracked {
  readonly state: DeviceRecord
  /** Payload hash by sequence number of the current epoch: everything of the batch in hand, and the newest few before it. */
  readonly recent: Map<number, number>
  /** Frame hashes of the newest unnumbered readings, for transport redelivery. */
  readonly unnumbered: number[]
}

export interface Fleet {
  readonly size: number
  find(source: string, external: string): Tracked | undefined
  /** The device, made at its first reading. */
  meet(source: string, external: DeviceId, arrived: Instant): Tracked
  /** Marks a device as changed by the batch in hand. */
  touch(device: Tracked): void
  touched(): DeviceState[]
  /** After a commit: forget what the batch changed, shrink the windows. */
  settle(): void
}

export function createFleet(states: readonly DeviceState[]): Fleet {
  const bySource = new Map<string, Map<string, Tracked>>()
  const dirty = new Set<Tracked>()
  let lastId = 0
  let size = 0

  const add = (state: DeviceRecord): Tracked => {
    const tracked: Tracked = { state, recent: new Map(), unnumbered: [] }
    bySource.getOrInsertComputed(state.source, () => new Map()).set(state.external, tracked)
    lastId = Math.max(lastId, state.id)
    size++
    return tracked
  }
  for (const state of states) add({ ...state })

  return {
    get size() {
      return size
    },
    find: (source, external) => bySource.get(source)?.get(external),
    meet(source, external, arrived) {
      return bySource.get(source)?.get(external) ?? add(newDevice(lastId + 1, source, external, arrived))
    },
    touch: (device) => dirty.add(device),
    touched: () => [...dirty].map((device) => device.state),
    settle() {
      for (const { recent, unnumbered } of dirty) {
        let extra = recent.size - recentSeqsMax
        for (const seq of recent.keys()) {
          if (extra-- <= 0) break
          recent.delete(seq)
        }
        if (unnumbered.length > recentSeqsMax) unnumbered.splice(0, unnumbered.length - recentSeqsMax)
      }
      dirty.clear()
    },
  }
}
