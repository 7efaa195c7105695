/**
 * The devices in memory, as the store remembers them plus what the batch in hand has changed. Changed in place; when a commit
 * fails the whole fleet is dropped and loaded again, so a half-applied batch cannot survive.
 */
import type { DeviceState } from '../domain/device.ts'
import { type DeviceRecord, newDevice } from '../domain/fold.ts'
import type { DeviceId } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import { type DeviceOrder, type DeviceScriptRow, deviceRows, type RowList, type RowMemory } from '../store/store.ts'
import { newOrder, type OrderState, orderFrom, orderText } from './order/order-state.ts'
import { createScriptUses, type ScriptUses } from './script-uses.ts'
import type { Undecided } from './undecided-frames.ts'

/** Numbers kept per device: answers the common repeat without a look into the store. */
export const recentSeqsMax = 8

export interface Tracked {
  readonly state: DeviceRecord
  /** What is remembered of its order beside its row. */
  readonly order: OrderState
  /** As it is stored: undefined when there is none. */
  orderStored: string | undefined
  /** Readings that wait for a decision, in order of arrival. */
  run: Undecided[]
  /** Readings of a new connection that may be repeated for want of an answer, in order of arrival. */
  resends: Undecided[]
  /** The numbers of the current epoch that were taken last, each followed by its payload hash: a ring. */
  recent: number[]
  recentNext: number
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
  /** By number. */
  dirty(): readonly Tracked[]
  all(): Iterable<Tracked>
  /** Copies, by number: the next batch may be built while this one is being committed. */
  touched(memory?: RowMemory): RowList<DeviceState>
  /** Orders of touched devices that are not as they are stored; they count as stored from then on. */
  ordersChanged(): DeviceOrder[]
  /** Which vendors' scripts have decoded the readings of the devices. */
  readonly scripts: ScriptUses
  /** The batch is complete: what comes now belongs to the next. */
  settle(): void
}

export function createFleet(
  states: readonly DeviceState[],
  orders: readonly DeviceOrder[] = [],
  scriptRows: readonly DeviceScriptRow[] = [],
): Fleet {
  const bySource = new Map<string, Map<string, Tracked>>()
  const orderOf = new Map(orders.map(({ device, state }) => [device, state]))
  let dirty: Tracked[] = []
  /** By number. */
  let inOrder = true
  let lastSource = ''
  let ofSource: Map<string, Tracked> | undefined
  let lastId = 0
  let size = 0

  const add = (state: DeviceRecord, order: OrderState, orderStored: string | undefined): Tracked => {
    // Written out: a spread would keep the fields apart from the object.
    const tracked: Tracked = {
      state,
      order,
      orderStored,
      run: [],
      resends: [],
      recent: noNumbers,
      recentNext: 0,
      touched: false,
      day: 0,
      counts: { committed: 0, duplicate: 0, quarantined: 0, readings: 0 },
    }
    bySource.getOrInsertComputed(state.source, () => new Map()).set(state.external, tracked)
    lastId = Math.max(lastId, state.id)
    size++
    return tracked
  }
  for (const state of states) {
    const text = orderOf.get(state.id)
    add({ ...state }, orderFrom(text, state.lastTime), text)
  }

  return {
    scripts: createScriptUses(scriptRows),
    get size() {
      return size
    },
    find,
    meet(source, external, arrived) {
      return find(source, external) ?? add(newDevice(lastId + 1, source, external, arrived), newOrder(), undefined)
    },
    touch(device) {
      if (device.touched) return
      device.touched = true
      inOrder &&= device.state.id > (dirty.at(-1)?.state.id ?? 0)
      dirty.push(device)
    },
    dirty: inHand,
    all: () =>
      [...bySource.values()].flatMap((devices) => [...devices.values()]).sort((a, b) => a.state.id - b.state.id),
    touched: (memory) => deviceRows.pack(statesOf(inHand()), memory),
    ordersChanged() {
      const changed: DeviceOrder[] = []
      for (const device of dirty) {
        const { state, order, orderStored } = device
        const waiting = device.run.length + device.resends.length
        if (order.waiting !== waiting) Object.assign(order, { waiting, changed: true })
        // A device without a stored order, or whose stored order names no clock, has its `lastTime` for a clock.
        const isAsRow = order.clock === state.lastTime && !orderStored?.includes('"clock"')
        if (!order.changed && orderStored !== undefined && (isAsRow || isStoredClock(orderStored, order.clock)))
          continue
        const text = orderText(order, state.lastTime)
        order.changed = false
        if (text === orderStored) continue
        device.orderStored = text
        changed.push({ device: state.id, state: text })
      }
      return changed
    },
    settle() {
      for (const device of dirty) device.touched = false
      dirty = []
      inOrder = true
    },
  }

  /** What the batch in hand has changed, by number: writers that meet take their locks in this one order. */
  function inHand(): Tracked[] {
    if (!inOrder) dirty.sort((a, b) => a.state.id - b.state.id)
    inOrder = true
    return dirty
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

function* statesOf(devices: readonly Tracked[]) {
  for (const { state } of devices) yield state
}

function isStoredClock(text: string, clock: number | null): boolean {
  const begin = `{"clock":${clock}`
  return text.startsWith(begin) && ',}'.includes(text[begin.length] as string)
}

const noNumbers: number[] = []

export function rememberSeq(device: Tracked, seq: number, hash: number): void {
  if (device.recent.length === 0) device.recent = Array.from({ length: 2 * recentSeqsMax }, () => Number.NaN)
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
