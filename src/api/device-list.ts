/** Devices in the order and with the troubles that a person asks for: from live state, which knows bays and silence. Pure. */
import type { DeviceTotals } from '@baykeeper/contract/device.ts'
import { bayFlagBits, type DeviceSort, type DeviceTrouble } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../domain/device.ts'
import type { Instant } from '../lib/brand.ts'
import type { Floor } from './live/floor.ts'
import type { LiveState } from './live/live-state.ts'
import type { Presence } from './live/presence.ts'

export interface DeviceWish {
  readonly find?: string | undefined
  readonly trouble?: DeviceTrouble | undefined
  readonly isAssigned?: boolean | undefined
  readonly source?: string | undefined
  readonly sort: DeviceSort
}

type Live = Pick<LiveState, 'floor' | 'presence'>

export function wishedDevices(live: Live, wish: DeviceWish, now: Instant): readonly DeviceState[] {
  const { floor, presence } = live
  const { isAssigned, source, trouble } = wish
  const finds = finderOf(floor, wish.find)
  const order = orderOf(floor, wish.sort)
  return [...presence.devices.values()]
    .filter(
      (device) =>
        (isAssigned === undefined || floor.isAssigned(device) === isAssigned) &&
        (source === undefined || device.source === source) &&
        (trouble === undefined || hasTrouble[trouble](device, live, now)) &&
        finds(device),
    )
    .sort((a, b) => order(a, b) || compare(a.external, b.external) || compare(a.source, b.source))
}

export function totalsOfDevices(live: Live, now: Instant): Omit<DeviceTotals, 'undecoded'> {
  const counts = { silent: 0, 'low-battery': 0, unassigned: 0, disputed: 0 }
  let devices = 0
  for (const device of live.presence.devices.values()) {
    devices++
    for (const trouble of Object.keys(counts) as DeviceTrouble[])
      if (hasTrouble[trouble](device, live, now)) counts[trouble]++
  }
  const { silent, unassigned, disputed } = counts
  const isWatched = (index: number) => live.presence.watchersOf(index).length > 0
  const bays = live.floor.bays.filter((bay, index) => !bay.closed && !isWatched(index)).length
  return { devices, silent, low_battery: counts['low-battery'], unassigned, disputed, bays_without_device: bays }
}

const hasTrouble: Readonly<Record<DeviceTrouble, (device: DeviceState, live: Live, now: Instant) => boolean>> = {
  silent: (device, { presence }, now) => presence.isSilent(device, now),
  'low-battery': ({ batteryLow }) => batteryLow === true,
  unassigned: (device, { floor }) => !floor.isAssigned(device),
  disputed: (device, { floor, presence }) => isDisputed(device, floor, presence),
}

/** It contradicts another device of its bay, or names a bay that it does not watch. */
export function isDisputed(device: DeviceState, floor: Floor, presence: Pick<Presence, 'bayAt'>): boolean {
  if (floor.conflictOf(device) !== undefined) return true
  const bay = floor.bayOf(device)
  return bay !== undefined && ((presence.bayAt(bay)?.flags ?? 0) & bayFlagBits.disputed) !== 0
}

/** Letters and digits of a hardware id alone, so that every spelling finds it. */
const plain = (text: string) => text.toLowerCase().replaceAll(/[\s:.-]/g, '')

function finderOf(floor: Floor, asked: string | undefined): (device: DeviceState) => boolean {
  const text = asked?.trim().toLowerCase() ?? ''
  if (text === '') return () => true
  const squeezed = plain(text)
  return (device) => {
    const bay = bayName(floor, device)
    return (
      (squeezed !== '' && plain(device.external).includes(squeezed)) ||
      [device.external, device.source, bay, floor.factsOf(device.external)?.model ?? ''].some((each) =>
        each.toLowerCase().includes(text),
      )
    )
  }
}

function bayName(floor: Floor, device: DeviceState): string {
  const index = floor.bayOf(device)
  return index === undefined ? '' : (floor.bays[index]?.id ?? '')
}

type Order = (a: DeviceState, b: DeviceState) => number

function orderOf(floor: Floor, sort: DeviceSort): Order {
  const sign = sort.startsWith('-') ? -1 : 1
  const key = sort.replace('-', '') as Exclude<DeviceSort, `-${string}`>
  if (key === 'id') return (a, b) => sign * compare(a.external, b.external)
  if (key === 'arrived') return (a, b) => sign * (a.lastArrived - b.lastArrived)
  if (key === 'bay') {
    const bays = new Map<DeviceState, string>()
    const bayOf = (device: DeviceState) => bays.getOrInsertComputed(device, () => bayName(floor, device))
    return (a, b) => lastWhere(bayOf(a) === '', bayOf(b) === '') || sign * compare(bayOf(a), bayOf(b))
  }
  // A flag without a level: low comes before every level that is known.
  const level = ({ batteryPct, batteryLow }: DeviceState) => batteryPct ?? (batteryLow === true ? 0 : null)
  return (a, b) => {
    const [one, other] = [level(a), level(b)]
    return lastWhere(one === null, other === null) || sign * ((one ?? 0) - (other ?? 0))
  }
}

const lastWhere = (a: boolean, b: boolean) => Number(a) - Number(b)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
