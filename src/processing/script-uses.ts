/**
 * Which script has decoded the readings of each device, as ranges of records (table `device_script`): a device keeps its script for long, so a
 * range costs a row where a mark at each reading would cost one a reading. A reading that comes out of turn, as its frame was decoded again, has a range
 * of its own. Devices that no script ever decoded have none.
 */
import type { Reading } from '../domain/reading.ts'
import { scriptAt } from '../domain/script-use.ts'
import type { TableChange } from '../store/store.ts'
import { change } from '../store/table.ts'
import { type DeviceScriptRow, deviceScript } from '../store/tables/device-script.ts'

export interface ScriptUses {
  /**
   * A reading of the device is stored. `pos`: of its record. `isInTurn`: nothing is stored of a later record; else the readings behind it, where there
   * are any, keep their script.
   */
  stored(device: number, pos: number, reading: Pick<Reading, 'script' | 'kind'>, isInTurn: boolean): void
  /** What has changed since it was last called. */
  take(): readonly TableChange[]
}

/** `rows`: that are stored, by device and position. */
export function createScriptUses(rows: readonly DeviceScriptRow[] = []): ScriptUses {
  const ofDevice = new Map<number, DeviceScriptRow[]>()
  for (const row of rows) ofDevice.getOrInsertComputed(row.device, () => []).push(row)
  let changed = new Map<string, DeviceScriptRow>()

  function put(list: DeviceScriptRow[], row: DeviceScriptRow) {
    const at = indexFrom(list, row.pos)
    list.splice(at, list[at]?.pos === row.pos ? 1 : 0, row)
    changed.set(`${row.device} ${row.pos}`, row)
  }

  return {
    stored(device, pos, { script, kind }, isInTurn) {
      // A sign of life without bytes was decoded by nothing.
      if (script === undefined && (kind !== undefined || !ofDevice.has(device))) return
      const hash = script ?? null
      const list = ofDevice.getOrInsertComputed(device, () => [])
      const before = scriptAt(list, pos)
      if (before === hash) return
      put(list, { device, pos, hash })
      if (!isInTurn && list[indexFrom(list, pos + 1)]?.pos !== pos + 1)
        put(list, { device, pos: pos + 1, hash: before })
    },
    take() {
      if (changed.size === 0) return []
      const taken = [change(deviceScript, [...changed.values()])]
      changed = new Map()
      return taken
    },
  }
}

/** Of the first row at this position or behind it. */
function indexFrom(list: readonly DeviceScriptRow[], pos: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as DeviceScriptRow).pos < pos) low = middle + 1
    else high = middle
  }
  return low
}
