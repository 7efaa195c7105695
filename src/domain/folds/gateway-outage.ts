/**
 * When a gateway is judged offline. It is when all of this holds:
 *
 * - it has carried no frame for `quietMs`;
 * - since then at least `devicesMin` devices that it alone carries have missed a heartbeat, and they have missed `heartbeatsMin` together. Three
 *   devices alone would be a false alarm a day where one frame in ten is lost; six heartbeats in a row are lost by chance once in a million.
 *
 * A device counts by its known heartbeat with a tenth of it on top, and only while it was not silent itself when the gateway was heard last: sensors
 * that died one by one are no outage.
 */
import type { DeviceRecord } from '../fold.ts'

export const quietMs = 60_000
export const devicesMin = 3
export const heartbeatsMin = 6
/** Shares of a heartbeat: how late one may be, and after how many a device is silent. */
const lateShare = 0.1
const silentShare = 2.5

export interface Quiet {
  readonly devices: Iterable<Pick<DeviceRecord, 'external' | 'lastArrived'>>
  readonly heardAt: number
  readonly judgedFrom: number
}

/** Unless it is heard meanwhile; infinite: never. */
export function outageAt(
  { devices, heardAt, judgedFrom }: Quiet,
  heartbeatMsOf: (external: string) => number | undefined,
): number {
  /** The earliest ones, ascending. */
  const firsts: number[] = []
  const all: number[] = []
  for (const device of devices) {
    const heartbeatMs = heartbeatMsOf(device.external)
    // Later only by a clock that was ahead.
    const lastArrived = Math.min(device.lastArrived, heardAt)
    if (heartbeatMs === undefined || lastArrived + silentShare * heartbeatMs <= heardAt) continue
    const late = lastArrived + Math.ceil(lateShare * heartbeatMs)
    const before = Math.max(0, Math.floor((judgedFrom - late) / heartbeatMs))
    const first = late + (before + 1) * heartbeatMs
    insert(firsts, first, devicesMin)
    for (let k = 0; k < heartbeatsMin && insert(all, first + k * heartbeatMs, heartbeatsMin); k++);
  }
  const last = all[heartbeatsMin - 1]
  const third = firsts[devicesMin - 1]
  if (last === undefined || third === undefined) return Number.POSITIVE_INFINITY
  return Math.max(third, last, judgedFrom + quietMs)
}

/** Keeps the `length` smallest values; false when this is none of them. */
function insert(ascending: number[], value: number, length: number): boolean {
  let at = ascending.length
  while (at > 0 && (ascending[at - 1] as number) > value) at--
  if (at >= length) return false
  ascending.splice(at, 0, value)
  if (ascending.length > length) ascending.pop()
  return true
}
