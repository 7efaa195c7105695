/**
 * The devices in memory, as the store remembers them plus what the batch in hand has changed. Changed in place; when a commit
 * fails the whole fleet is dropped and loaded again, so a half-applied batch cannot survive.
 */
import type { DeviceState } from '../domain/device.ts'
import { type DeviceRecord, newDevice } from '../domain/fold.ts'
import type { DeviceId } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'

/** Numbers kept per device: answers the common repeat without a look into the store. */
export const recentSeqsMax = 8

export interface Tracked {
  readonly state: DeviceRecord
  /** The numbers of the current epoch that were taken last, each followed by its payload hash: a ring. */
  recent: Float64Array
  recentNext: number
  /** Frame hashes of the newest unnumbered readings, for transport redelivery. */
  readonly unnumbered: number[]
  /** Changed by the batch in hand. */
  touched: boolean
  /** What happened on the day of arrival `day` in the batch in hand. */
  day: DayNumber
  readonly counts: Record<'committed' | 'duplicate' | 'quarantined' | 'readings', number>
}

export interface Fleet {
  readonly size: number
  find(source: string, external: string): Tracked | undefined
  /** The device, made at its first reading. */
  meet(source: string, external: DeviceId, arrived: Instant): Tracked
  /** Marks a device as changed by the batch in hand. */
  touch(device: Tracked): void
  dirty(): readonly Tracked[]
  all(): Iterable<Tracked>
  /** Copies: the next batch may be built while this one is being committed. */
  touched(): DeviceState[]
  /** The batch is complete: what comes now belongs to the next. */
  settle(): void
}

export function createFleet(states: readonly DeviceState[]): Fleet {
  const bySource = new Map<string, Map<string, Tracked>>()
  let dirty: Tracked[] = []
  let lastSource = ''
  let ofSource: Map<string, Tracked> | undefined
  let lastId = 0
  let size = 0

  const add = (state: DeviceRecord): Tracked => {
    const tracked: Tracked = {
      ...{ state, recent: noNumbers, recentNext: 0, unnumbered: [], touched: false, day: 0 },
      counts: { committed: 0, duplicate: 0, quarantined: 0, readings: 0 },
    }
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
    find,
    meet(source, external, arrived) {
      return find(source, external) ?? add(newDevice(lastId + 1, source, external, arrived))
    },
    touch(device) {
      if (device.touched) return
      device.touched = true
      dirty.push(device)
    },
    dirty: () => dirty,
    all: () =>
      [...bySource.values()].flatMap((devices) => [...devices.values()]).sort((a, b) => a.state.id - b.state.id),
    touched: () => dirty.map(({ state }) => ({ ...state })),
    settle() {
      for (const device of dirty) {
        const { unnumbered } = device
        device.touched = false
        if (unnumbered.length > recentSeqsMax) unnumbered.splice(0, unnumbered.length - recentSeqsMax)
      }
      dirty = []
    },
  }

  /** Frames of one source come in a row. */
  function find(source: string, external: string): Tracked | undefined {
    if (source !== lastSource || ofSource === undefined) {
      ofSource = bySource.get(source)
      lastSource = source
    }
    return ofSource?.get(external)
  }
}

const noNumbers = new Float64Array(0)

export function rememberSeq(device: Tracked, seq: number, hash: number): void {
  if (device.recent.length === 0) device.recent = new Float64Array(2 * recentSeqsMax).fill(Number.NaN)
  device.recent[device.recentNext] = seq
  device.recent[device.recentNext + 1] = hash
  device.recentNext = (device.recentNext + 2) % device.recent.length
}

/** Payload hash of a number, undefined when it is not among the last few. */
export function recentHash({ recent }: Tracked, seq: number): number | undefined {
  for (let i = 0; i < recent.length; i += 2) if (recent[i] === seq) return recent[i + 1]
  return undefined
}

export function forgetSeqs({ recent }: Tracked): void {
  recent.fill(Number.NaN)
}
